import { Failure } from "../../core/domain/failure.ts";
import type { ListenerId, Offset, Partition } from "../../core/domain/ids.ts";
import type { LogRecord, NewRecord } from "../../core/log/event-log.ts";
import type { FencedLog } from "../../core/log/fenced-log.ts";
import { decodeRecord } from "../../core/state/record-codec.ts";
import type { AppliedPosition } from "../../core/state/session-store.ts";
import { decodePosition, encodePosition } from "../../core/state/store-layout.ts";

/** The compacted topic that keeps a copy of every listener's record. It has the listening topic's
 *  partitions, and each listener is in the same one. Every partition has
 *
 *  | key | value |
 *  |---|---|
 *  | `L` and the listener's id | the record as the store keeps it; none: they are forgotten |
 *  | `P` | an applied position of the partition, as the store keeps it |
 *
 *  At a position every listener's last record before it, or a later one, holds all that the
 *  listening log has below that position. Records may be ahead of it: they know the last event that
 *  they heard. */
export const CHANGELOG_TOPIC = "segue.state-changelog.v1";

/** What one record of the changelog says. */
export type ChangelogEntry =
  /** Null where the listener is forgotten. */
  | { readonly listener: ListenerId; readonly bytes: Uint8Array | null }
  | { readonly position: AppliedPosition };

const LISTENER_MARK = "L";
const POSITION_KEY = "P";

export function listenerChange(listener: ListenerId, bytes: Uint8Array | null): NewRecord {
  return { key: `${LISTENER_MARK}${listener}`, value: bytes };
}

export function positionChange(position: AppliedPosition): NewRecord {
  return { key: POSITION_KEY, value: encodePosition(position) };
}

/** Throws `bad_record` for what neither of the two above has made. */
export function changelogEntry({ key, value }: LogRecord): ChangelogEntry {
  if (key === POSITION_KEY && value !== null) return { position: decodePosition(asBuffer(value)) };
  if (!key.startsWith(LISTENER_MARK)) {
    throw new Failure("bad_record", "a changelog's record is nobody's", { field: "key" });
  }
  const listener = key.slice(LISTENER_MARK.length) as ListenerId;
  if (value !== null) decodeRecord(asBuffer(value), listener);
  return { listener, bytes: value };
}

/** Entries that are looked at first for the last position, at the changelog's end. */
const LAST_ENTRIES = 8;

/** The newest position that a partition's changelog holds; undefined where it has none. */
export async function lastPosition(
  changelog: FencedLog,
  partition: Partition,
): Promise<AppliedPosition | undefined> {
  const { first, next } = await changelog.ends(partition);
  for (let entries = LAST_ENTRIES; ; entries *= 8) {
    const from = Math.max(first, next - entries);
    const found = await lastPositionFrom(changelog, partition, { from, next });
    if (found !== undefined || from === first) return found;
  }
}

async function lastPositionFrom(
  changelog: FencedLog,
  partition: Partition,
  { from, next }: { readonly from: number; readonly next: Offset },
): Promise<AppliedPosition | undefined> {
  let last: LogRecord | undefined;
  for (let at = from; at < next; ) {
    const { records, through, isEnd } = await changelog.read(partition, at as Offset);
    last = records.findLast(({ key }) => key === POSITION_KEY) ?? last;
    if (isEnd) break;
    at = through;
  }
  return last && decodePosition(asBuffer(last.value!));
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
