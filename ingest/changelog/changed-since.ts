import { setImmediate as turn } from "node:timers/promises";
import {
  ID_BYTES_MAX,
  type ListenerId,
  type Offset,
  type Partition,
} from "../../core/domain/ids.ts";
import type { EventLog } from "../../core/log/event-log.ts";
import type { FencedLog } from "../../core/log/fenced-log.ts";
import { partitionOf } from "../../core/log/partition-of.ts";
import type { AppliedPosition, SessionStore } from "../../core/state/session-store.ts";
import { changelogEntry } from "./changelog-records.ts";

export interface ChangedSinceOptions {
  readonly changelog: FencedLog;
  readonly log: EventLog;
  readonly store: SessionStore;
  readonly partition: Partition;
}

export interface PositionRange {
  /** Undefined where the changelog has none. */
  readonly from: AppliedPosition | undefined;
  readonly to: AppliedPosition;
}

/** Records of the log, or listeners of the store, that are looked at before others get a turn. */
const AT_ONCE = 1_000;

/** Every listener whose record may have changed between two positions: those whom the log names
 *  there. Where the log does not reach back to the first, everybody whom the store or the changelog
 *  has. */
export async function changedSince(
  options: ChangedSinceOptions,
  { from, to }: PositionRange,
): Promise<Set<ListenerId>> {
  const { log, partition } = options;
  const { first } = await log.watermarks(partition);
  // The log of another epoch is gone, whatever this one's begins with.
  if (from?.epoch !== to.epoch || from.next < first) return everybody(options);
  const listeners = new Set<ListenerId>();
  for (let at: number = from.next; at < to.next; ) {
    const records = await log.read(partition, at as Offset, AT_ONCE);
    if (records.length === 0) break;
    for (const { key, offset } of records) {
      // Of any other key no store has a record.
      if (offset < to.next && isListener(key)) listeners.add(key as ListenerId);
    }
    at = records.at(-1)!.offset + 1;
  }
  return listeners;
}

async function everybody(options: ChangedSinceOptions): Promise<Set<ListenerId>> {
  const { changelog, store, partition } = options;
  const listeners = new Set<ListenerId>();
  for (let after: ListenerId | undefined; ; ) {
    const some = store.listenersAfter(after, AT_ONCE);
    after = some.at(-1);
    if (after === undefined) break;
    for (const listener of some) {
      if (partitionOf(listener, changelog.partitions) === partition) listeners.add(listener);
    }
    await turn();
  }
  // Whom the changelog has and the store has not was forgotten.
  let { first: at } = await changelog.ends(partition);
  for (let isEnd = false; !isEnd; ) {
    const read = await changelog.read(partition, at);
    for (const record of read.records) {
      const entry = changelogEntry(record);
      if ("listener" in entry) listeners.add(entry.listener);
    }
    ({ through: at, isEnd } = read);
  }
  return listeners;
}

function isListener(key: string): boolean {
  const bytes = Buffer.byteLength(key, "utf8");
  return bytes > 0 && bytes <= ID_BYTES_MAX;
}
