import type { Bundle } from "../core/bundle/bundle.ts";
import { Failure } from "../core/domain/failure.ts";
import { ID_BYTES_MAX, type ListenerId, type Offset, type Partition } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import type { LogRecord, NewRecord } from "../core/log/event-log.ts";
import { type Draft, draftOf, evictIdle, hearInto } from "../core/state/draft.ts";
import { HEAR_RULES, type HearRules, type Verdict } from "../core/state/hear.ts";
import type { StateReader } from "../core/state/session-store.ts";
import type { StoredRecord } from "../core/state/stored-record.ts";
import { type CounterName, type Counts, newCounts } from "./counters.ts";
import { deadLetter } from "./dead-letter.ts";
import { decodeKeptEvent } from "./decode.ts";

/** Where a batch's records stand in the log. */
export interface BatchPlace {
  readonly topic: string;
  readonly partition: Partition;
  readonly epoch: number;
  /** Of the position before the batch. */
  readonly idleBeforeMs?: number | undefined;
}

export interface HearFrom {
  readonly store: StateReader;
  readonly bundle: Bundle;
  /** How long after their last event listeners are idle, by the partition's events; never where it
   *  is absent. */
  readonly evictAfterMs?: number | undefined;
  /** Hears these listeners alone. The others only tell how late it is. */
  readonly only?: ReadonlySet<string> | undefined;
}

export interface HeardBatch {
  /** One for every listener that the batch names. One that is forgotten and was not heard again has
   *  no history. */
  readonly drafts: ReadonlyMap<ListenerId, Draft>;
  readonly letters: readonly NewRecord[];
  readonly counts: Counts;
  /** Of the position after the batch. */
  readonly idleBeforeMs: number | undefined;
}

/** Decodes records and decides, in log order, what each does to its listener. Nothing is stepped or
 *  written yet; what is no event becomes a dead letter. */
export function hearBatch(
  records: readonly LogRecord[],
  place: BatchPlace,
  from: HearFrom,
): HeardBatch {
  const hearing: Hearing = {
    ...from,
    place,
    idleBeforeMs: place.idleBeforeMs,
    rules: { ...HEAR_RULES, idleTimeoutMs: from.bundle.manifest.idle_timeout_ms },
    drafts: new Map(),
    letters: [],
    counts: newCounts(),
  };
  for (const record of records) {
    try {
      if (record.value === null) forget(record, hearing);
      else hearRecord(record, hearing);
    } catch (failure) {
      if (!(failure instanceof Failure && failure.code === "bad_event")) throw failure;
      hearing.letters.push(deadLetter(place, record, failure));
      hearing.counts.dead_lettered += 1;
    }
  }
  return hearing;
}

interface Hearing extends HearFrom {
  readonly place: BatchPlace;
  readonly rules: HearRules;
  readonly drafts: Map<ListenerId, Draft>;
  readonly letters: NewRecord[];
  readonly counts: Counts;
  idleBeforeMs: number | undefined;
}

/** A tombstone leaves nothing of its listener, so nothing has to remember it: whoever reads the log
 *  from before the tombstone comes to the tombstone again. */
function forget(record: LogRecord, { only, drafts, counts }: Hearing): void {
  if (only?.has(record.key) === false) return;
  const bytes = Buffer.byteLength(record.key, "utf8");
  if (bytes === 0 || bytes > ID_BYTES_MAX) {
    const message = `the key of a tombstone has ${bytes} bytes, not 1 to ${ID_BYTES_MAX}`;
    throw new Failure("bad_event", message, { field: "key" });
  }
  drafts.set(record.key as ListenerId, draftOf(undefined));
  counts.forgotten += 1;
}

function hearRecord(record: LogRecord, hearing: Hearing): void {
  const isOfNoUse = hearing.evictAfterMs === undefined && hearing.only?.has(record.key) === false;
  if (isOfNoUse) return;
  const event = decodeKeptEvent(record);
  if (event === undefined) {
    hearing.counts.not_stored += 1;
    return;
  }
  if (hearing.only?.has(event.listener) !== false) hearEvent(event, record.offset, hearing);
  hearing.idleBeforeMs = idleAfter(event, record, hearing);
}

/** Idle is who was silent for long by the newest event of the partition, whatever became of it, so
 *  that the log alone decides. One from the future moves it no further than the log's clock. */
function idleAfter(
  { happenedAtMs }: ListeningEvent,
  { timestampMs }: LogRecord,
  { evictAfterMs, idleBeforeMs }: Hearing,
): number | undefined {
  if (evictAfterMs === undefined) return idleBeforeMs;
  const beforeMs = Math.min(happenedAtMs, timestampMs) - evictAfterMs;
  return Math.max(idleBeforeMs ?? beforeMs, beforeMs);
}

function hearEvent(event: ListeningEvent, offset: Offset, hearing: Hearing): void {
  const { partition, epoch } = hearing.place;
  const draft = draftFor(event.listener, hearing);
  evictIdle(draft, hearing.idleBeforeMs);
  const heard = hearInto(draft, event, { partition, epoch, offset }, hearing.rules);
  hearing.counts[COUNTED_AS[heard.verdict]] += 1;
  if (heard.verdict !== "step" && heard.verdict !== "note") return;
  // By the hash that was just remembered, since hashing an id anew costs more than all of this.
  const { track } = heard.recent;
  if (hearing.bundle.indexOfHash(track) === undefined) hearing.counts.unknown_track += 1;
}

const COUNTED_AS: Readonly<Record<Verdict, CounterName>> = {
  step: "stepped",
  note: "noted",
  duplicate: "duplicate",
  late: "late",
  replayed: "replayed",
};

function draftFor(listener: ListenerId, { drafts, store, counts }: Hearing): Draft {
  let draft = drafts.get(listener);
  if (draft === undefined) {
    draft = draftOf(readRecord(listener, store, counts));
    drafts.set(listener, draft);
  }
  return draft;
}

/** A record that is damaged is set aside: its listener begins anew, and the rest of the
 *  partition goes on. */
function readRecord(
  listener: ListenerId,
  store: StateReader,
  counts: Counts,
): StoredRecord | undefined {
  try {
    return store.read(listener);
  } catch (failure) {
    if (!(failure instanceof Failure && failure.code === "bad_record")) throw failure;
    counts.damaged_records += 1;
    return undefined;
  }
}
