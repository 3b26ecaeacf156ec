import { Failure } from "../core/domain/failure.ts";
import type { ListenerId, Offset } from "../core/domain/ids.ts";
import type { EventLog, LogBatch, LogRecord, NewRecord } from "../core/log/event-log.ts";
import { advance, type Models } from "../core/state/advance.ts";
import type { Draft } from "../core/state/draft.ts";
import type { AppliedPosition, SessionStore } from "../core/state/session-store.ts";
import type { StoredRecord } from "../core/state/stored-record.ts";
import type { Counts } from "./counters.ts";
import { type HearFrom, hearBatch } from "./hear-batch.ts";

export interface ApplyContext extends Pick<HearFrom, "evictAfterMs" | "only"> {
  readonly store: SessionStore;
  readonly models: Models;
  /** The topic that the batch came from. */
  readonly topic: string;
  readonly deadLetters: Pick<EventLog, "append">;
  /** Aborted when the batch's partition is taken away. */
  readonly signal: AbortSignal;
  /** Told of what became durable, and with that visible to replies. */
  readonly onApplied?: ((batch: AppliedBatch) => void) | undefined;
}

/** What a commit made of a batch. */
export interface AppliedBatch {
  /** The records that were new. */
  readonly records: readonly LogRecord[];
  /** Those that went to the dead-letter topic. */
  readonly letters: readonly NewRecord[];
}

/** Applies one batch: hear its events, step them in waves, and commit all records and the
 *  position at once. When it resolves everything is durable, and the counts say what was done.
 *  When it rejects nothing was written but dead letters, and the batch may come again. Throws
 *  `stale_owner` for a batch that begins above the stored position. */
export async function applyBatch(batch: LogBatch, context: ApplyContext): Promise<Counts> {
  const { store, models, topic, deadLetters, signal, evictAfterMs, only } = context;
  const { partition } = batch;
  // Read before any record: the commit is refused when it has changed, so no record is older.
  const stored = store.position(partition) ?? NOTHING_APPLIED;
  const { epoch, next, idleBeforeMs } = stored;
  requireNoGap(batch, next);
  const fresh = batch.records.filter((record) => record.offset >= next);
  const place = { topic, partition, epoch, idleBeforeMs };
  const from = { store, bundle: models.bundle, evictAfterMs, only };
  const { drafts, letters, counts, ...heard } = hearBatch(fresh, place, from);
  counts.replayed += batch.records.length - fresh.length;
  const last = fresh.at(-1);
  if (last === undefined) {
    // Another owner may have made this visible and not durable yet; an empty commit waits for both.
    await store.commit({ partition, expectedNext: next, position: stored, records: new Map() });
    return counts;
  }

  const advanced = await advance(drafts, models);
  signal.throwIfAborted();
  // Durable before the commit, so that nothing that was refused can be passed over in silence.
  if (letters.length > 0) await deadLetters.append(letters);
  await store.commit({
    partition,
    expectedNext: next,
    position: positionAfter(last, { epoch, idleBeforeMs: heard.idleBeforeMs }),
    records: withForgotten(advanced.records, drafts),
  });
  context.onApplied?.({ records: fresh, letters });
  return { ...counts, waves: advanced.waves, rebuilt: advanced.rebuilt, commits: 1 };
}

/** The store may be another by now than the one whose position the batch was asked for. */
function requireNoGap({ partition, from, records }: LogBatch, next: Offset): void {
  const begins = from ?? records[0]?.offset ?? next;
  if (begins <= next) return;
  const message = `a batch of partition ${partition} begins at ${begins}, the store is at ${next}`;
  throw new Failure("stale_owner", message);
}

function positionAfter(
  { offset, timestampMs }: LogRecord,
  { epoch, idleBeforeMs }: { readonly epoch: number; readonly idleBeforeMs: number | undefined },
): AppliedPosition {
  const position = { epoch, next: (offset + 1) as Offset, appendedAtMs: timestampMs };
  return idleBeforeMs === undefined ? position : { ...position, idleBeforeMs };
}

const NOTHING_APPLIED: AppliedPosition = { epoch: 0, next: 0 as Offset, appendedAtMs: 0 };

/** Adds a null for every listener of whom the batch leaves nothing. */
function withForgotten(
  records: ReadonlyMap<ListenerId, StoredRecord>,
  drafts: ReadonlyMap<ListenerId, Draft>,
): Map<ListenerId, StoredRecord | null> {
  const changes = new Map<ListenerId, StoredRecord | null>(records);
  for (const [listener, draft] of drafts) {
    if (draft.history === undefined) changes.set(listener, null);
  }
  return changes;
}
