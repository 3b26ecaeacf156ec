import { Failure } from "../core/domain/failure.ts";
import { bundleMark } from "../core/domain/hash.ts";
import type { BundleMark, ListenerId } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import { partitionOf } from "../core/log/partition-of.ts";
import { advance } from "../core/state/advance.ts";
import { draftOf, hearPending } from "../core/state/draft.ts";
import { evicted } from "../core/state/evict.ts";
import type { ListenerRecord } from "../core/state/listener-record.ts";
import { listenerRecord, type StoredRecord } from "../core/state/stored-record.ts";
import { waitUntilHeard } from "./catch-up.ts";
import { orNotice } from "./or-notice.ts";
import { type Freshness, lastApplied, type NextTracksQuery } from "./recommendation.ts";
import type { Scorer } from "./scorer.ts";

export interface ListenerState {
  /** What is known of the listener under this scorer's bundle; undefined where nothing is. */
  readonly record: ListenerRecord | undefined;
  readonly freshness: Freshness;
}

/** Reads a listener, waiting for `atLeast` first, and steps `pending` on what was read, for this
 *  reply alone. What cannot be read counts as unknown and is noticed. */
export async function readState(scorer: Scorer, query: NextTracksQuery): Promise<ListenerState> {
  const { listener, pending = [], atLeast } = query;
  scorer.asked.add(listener);
  const caughtUp = atLeast === undefined || (await waitUntilHeard(scorer, query, atLeast));
  // The position first: a record read after it is at least as new as it says.
  const partition = partitionOf(listener, scorer.partitions);
  const position = orNotice(scorer, () => scorer.state.position(partition));
  const read = orNotice(scorer, () => scorer.state.read(listener));
  const stored = underBundle(scorer, read && evicted(read, position?.idleBeforeMs));
  const { record, pendingStepped } = await upToDate(scorer, listener, stored, pending);
  return {
    record: record && listenerRecord(record),
    freshness: {
      seen: position && lastApplied(partition, position.next),
      ageMs: position === undefined ? 0 : Math.max(0, scorer.now() - position.appendedAtMs),
      caughtUp,
      pendingStepped,
    },
  };
}

/** What is known of a listener, as it counts by now. Throws `bad_record` for damage. */
export function readRecord(scorer: Scorer, listener: ListenerId): ListenerRecord | undefined {
  const stored = readStored(scorer, listener);
  return stored && listenerRecord(stored);
}

/** The same as a store has it. */
export function readStored(scorer: Scorer, listener: ListenerId): StoredRecord | undefined {
  const position = scorer.state.position(partitionOf(listener, scorer.partitions));
  const record = scorer.state.read(listener);
  return record && evicted(record, position?.idleBeforeMs);
}

/** A record under this scorer's bundle where its hidden states count as this bundle's own, and
 *  under none where they do not. */
function underBundle(
  { bundle, statesOf }: Scorer,
  record: StoredRecord | undefined,
): StoredRecord | undefined {
  if (record === undefined || statesOf === undefined) return record;
  const own = statesOf.has(record.bundle) ? bundleMark(bundle.manifest.id) : OF_NO_BUNDLE;
  return { ...record, bundle: own };
}

const OF_NO_BUNDLE = "" as BundleMark;

/** The record after `pending`, under this scorer's bundle: one that another bundle's models stepped
 *  is stepped anew from its recent events. */
async function upToDate(
  scorer: Scorer,
  listener: ListenerId,
  stored: StoredRecord | undefined,
  pending: readonly ListeningEvent[],
): Promise<{ record: StoredRecord | undefined; pendingStepped: number }> {
  const foreign = stored !== undefined && stored.bundle !== bundleMark(scorer.bundle.manifest.id);
  try {
    const own = foreign ? await scorer.rebuilt.of(listener, stored) : stored;
    if (pending.length === 0) return { record: own, pendingStepped: 0 };
    const draft = draftOf(own);
    const verdicts = pending.map((event) => hearPending(draft, event, scorer.rules));
    const pendingStepped = verdicts.filter((verdict) => verdict === "step").length;
    const { records } = await advance(new Map([[listener, draft]]), scorer);
    return { record: records.get(listener) ?? own, pendingStepped };
  } catch (error) {
    scorer.notice(new Failure("bug", "the models cannot step a listener", { cause: error }));
    return { record: foreign ? { ...stored, hidden: {} } : stored, pendingStepped: 0 };
  }
}
