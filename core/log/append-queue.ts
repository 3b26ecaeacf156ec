import { Failure } from "../domain/failure.ts";
import type { LogPosition, NewRecord } from "./event-log.ts";
import {
  checkedRecordBytes,
  QUEUED_BYTES_MAX,
  WRITE_BYTES_MAX,
  WRITE_RECORDS_MAX,
} from "./log-limits.ts";

/** Writes records in order and durably, and resolves with their positions in the same order. */
export type WriteRecords = (records: readonly NewRecord[]) => Promise<LogPosition[]>;

export interface AppendQueue {
  append(records: readonly NewRecord[]): Promise<LogPosition[]>;
  /** Refuses new appends and resolves when the accepted ones are done. */
  close(): Promise<void>;
}

/** Groups the appends that arrive while a write is under way into the next write. One write at a
 *  time keeps order, and for Kafka it keeps sequence numbers from being given to other records
 *  when a write fails. A failed write rejects the appends that it held and no others; an append
 *  that failed in part has an unknown prefix in the log, so its caller may append it again. */
export function createAppendQueue(write: WriteRecords): AppendQueue {
  const waiting: Waiting[] = [];
  let waitingBytes = 0;
  let closed = false;
  let draining: Promise<void> | undefined;

  async function append(records: readonly NewRecord[]): Promise<LogPosition[]> {
    if (closed) throw new Failure("log_unavailable", "the log is closed");
    if (records.length === 0) return [];
    const sizes = records.map(checkedRecordBytes);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (waitingBytes > 0 && waitingBytes + bytes > QUEUED_BYTES_MAX) {
      throw new Failure(
        "log_unavailable",
        `more than ${QUEUED_BYTES_MAX} bytes wait to be written`,
      );
    }
    waitingBytes += bytes;
    return new Promise((resolve, reject) => {
      waiting.push({ records, sizes, positions: [], taken: 0, resolve, reject });
      draining ??= drain();
    });
  }

  async function drain(): Promise<void> {
    // One turn of the event loop lets the appends of this turn share the first write.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const group = takeGroup(waiting);
      await writeGroup(group, write);
      waitingBytes -= group.bytes + removeFinished(waiting);
    }
    draining = undefined;
  }

  async function close(): Promise<void> {
    closed = true;
    await draining;
  }

  return { append, close };
}

/** An append that is not done. `taken` of its records are in writes, done or under way. */
interface Waiting {
  readonly records: readonly NewRecord[];
  readonly sizes: readonly number[];
  readonly positions: LogPosition[];
  taken: number;
  failure?: unknown;
  readonly resolve: (positions: LogPosition[]) => void;
  readonly reject: (failure: unknown) => void;
}

interface Group {
  readonly shares: readonly { readonly of: Waiting; readonly records: readonly NewRecord[] }[];
  bytes: number;
}

function takeGroup(waiting: readonly Waiting[]): Group {
  const shares: { of: Waiting; records: readonly NewRecord[] }[] = [];
  let bytes = 0;
  let count = 0;
  for (const append of waiting) {
    const from = append.taken;
    while (append.taken < append.records.length && count < WRITE_RECORDS_MAX) {
      const size = append.sizes[append.taken]!;
      if (count > 0 && bytes + size > WRITE_BYTES_MAX) break;
      bytes += size;
      count += 1;
      append.taken += 1;
    }
    if (append.taken > from) {
      shares.push({ of: append, records: append.records.slice(from, append.taken) });
    }
    if (append.taken < append.records.length) break;
  }
  return { shares, bytes };
}

async function writeGroup(group: Group, write: WriteRecords): Promise<void> {
  try {
    const positions = await write(group.shares.flatMap((share) => share.records));
    let from = 0;
    for (const share of group.shares) {
      share.of.positions.push(...positions.slice(from, from + share.records.length));
      from += share.records.length;
    }
  } catch (failure) {
    for (const share of group.shares) share.of.failure = failure;
  }
}

/** Settles the appends that are done; returns the bytes of failed ones that were never taken. */
function removeFinished(waiting: Waiting[]): number {
  let givenUpBytes = 0;
  let finished = 0;
  for (const append of waiting) {
    if (append.failure !== undefined) {
      append.reject(append.failure);
      for (const size of append.sizes.slice(append.taken)) givenUpBytes += size;
    } else if (append.positions.length === append.records.length) {
      append.resolve(append.positions);
    } else {
      break;
    }
    finished += 1;
  }
  waiting.splice(0, finished);
  return givenUpBytes;
}
