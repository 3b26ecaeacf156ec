import { setImmediate as turn } from "node:timers/promises";
import type { ListenerId, Offset, Partition } from "../../core/domain/ids.ts";
import type { FencedLog, WrittenRecords } from "../../core/log/fenced-log.ts";
import { partitionOf } from "../../core/log/partition-of.ts";
import { isBelow } from "../../core/state/is-below.ts";
import { decodeRecord } from "../../core/state/record-codec.ts";
import type { AppliedPosition, SessionStore } from "../../core/state/session-store.ts";
import { asBuffer, changelogEntry, lastPosition } from "./changelog-records.ts";

/** A partition's changelog and the store that becomes a copy of it. */
export interface CopyOptions {
  readonly changelog: FencedLog;
  readonly store: SessionStore;
  readonly partition: Partition;
  /** Told of every part that was read, which is a sign of life. */
  readonly onProgress?: () => void;
}

export interface PartitionCopy {
  /** Reads on where it left off and writes what it finds. Resolves with whether that was all. */
  readOn(): Promise<boolean>;
}

/** Listeners of one look through the store. */
const LISTENERS_AT_ONCE = 2_000;

/** Makes the store's part of a partition what the changelog says, from whatever it was, and
 *  resolves once it is. Undefined, with nothing changed, where the store is ahead of the changelog:
 *  what it holds is then newer.
 *
 *  A store that has the partition up to a position of the same epoch keeps it while this reads, and
 *  only takes records that were heard from there on: whoever is interrupted, or asks meanwhile,
 *  finds what was there and what came since. In any other store a listener's older records come
 *  before the newer ones, so the partition counts as never applied until the end: whoever is
 *  interrupted begins anew, from the changelog or from the log's beginning, and each record then
 *  passes over what it has heard. */
export async function copyPartition(
  options: CopyOptions,
  signal: AbortSignal,
): Promise<PartitionCopy | undefined> {
  const { changelog, store, partition, onProgress } = options;
  const last = await lastPosition(changelog, partition);
  const stored = store.position(partition);
  if (last === undefined || (stored !== undefined && isBelow(last, stored))) return undefined;
  const kept = stored?.epoch === last.epoch && stored.next > 0 ? stored : undefined;
  if (stored !== undefined && kept === undefined) {
    await moveTo(options, { ...stored, next: 0 as Offset });
  }
  const seen = new Set<ListenerId>();
  let { first: from } = await changelog.ends(partition);
  let reached = last;
  for (let isEnd = false; !isEnd; ) {
    signal.throwIfAborted();
    const read = await changelog.read(partition, from);
    const { changes, position } = changesOf(read);
    for (const [listener, bytes] of changes) {
      if (bytes === null) seen.delete(listener);
      else seen.add(listener);
    }
    await write(options, kept ? heardSince(kept, changes, store) : changes, undefined);
    reached = position ?? reached;
    ({ through: from, isEnd } = read);
    onProgress?.();
  }
  if (stored !== undefined) await forgetOthers(options, seen, signal);
  await moveTo(options, reached);
  return followingFrom(options, from);
}

/** From the end on every record is newer than the one that is here. */
function followingFrom(options: CopyOptions, start: Offset): PartitionCopy {
  let from = start;
  return {
    async readOn() {
      const read = await options.changelog.read(options.partition, from);
      const { changes, position } = changesOf(read);
      if (changes.size > 0 || position !== undefined) await write(options, changes, position);
      from = read.through;
      options.onProgress?.();
      return read.isEnd;
    },
  };
}

/** Each listener's last record, and the last position. */
function changesOf({ records }: WrittenRecords) {
  const changes = new Map<ListenerId, Uint8Array | null>();
  let position: AppliedPosition | undefined;
  for (const record of records) {
    const entry = changelogEntry(record);
    if ("position" in entry) position = entry.position;
    else changes.set(entry.listener, entry.bytes);
  }
  return { changes, position };
}

/** The records that were heard from a position on and are newer than those that the store has. What
 *  is older it has, or has forgotten; whom it has still to forget is found at the end. */
function heardSince(
  { epoch, next }: AppliedPosition,
  changes: ReadonlyMap<ListenerId, Uint8Array | null>,
  store: SessionStore,
): Map<ListenerId, Uint8Array> {
  const since = new Map<ListenerId, Uint8Array>();
  for (const [listener, bytes] of changes) {
    if (bytes === null) continue;
    const record = decodeRecord(asBuffer(bytes), listener);
    if (record.epoch !== epoch || record.heardOffset < next) continue;
    const known = store.read(listener);
    const isKnown = known?.epoch === epoch && known.heardOffset >= record.heardOffset;
    if (!isKnown) since.set(listener, bytes);
  }
  return since;
}

/** Leaves alone what is there already. */
async function write(
  { store, partition }: CopyOptions,
  changes: ReadonlyMap<ListenerId, Uint8Array | null>,
  moved: AppliedPosition | undefined,
): Promise<void> {
  const stored = store.position(partition) ?? NOTHING_APPLIED;
  const records = new Map<ListenerId, Uint8Array | null>();
  for (const [listener, bytes] of changes) {
    const known = store.bytesOf(listener);
    const isSame =
      bytes === null ? known === undefined : known && Buffer.compare(known, bytes) === 0;
    if (!isSame) records.set(listener, bytes);
  }
  if (records.size === 0 && moved === undefined) return;
  await store.commit({ partition, expectedNext: stored.next, position: moved ?? stored, records });
}

function moveTo({ store, partition }: CopyOptions, position: AppliedPosition): Promise<void> {
  const { next } = store.position(partition) ?? NOTHING_APPLIED;
  return store.commit({ partition, expectedNext: next, position, records: new Map() });
}

const NOTHING_APPLIED = { epoch: 0, next: 0 as Offset, appendedAtMs: 0 };

/** Removes listeners of the partition whom the changelog does not have: they were forgotten, so
 *  long ago that no tombstone tells of them any more. */
async function forgetOthers(
  options: CopyOptions,
  seen: ReadonlySet<ListenerId>,
  signal: AbortSignal,
): Promise<void> {
  const { changelog, store, partition, onProgress } = options;
  for (let after: ListenerId | undefined; ; ) {
    signal.throwIfAborted();
    const listeners = store.listenersAfter(after, LISTENERS_AT_ONCE);
    after = listeners.at(-1);
    if (after === undefined) return;
    const gone = listeners.filter(
      (one) => !seen.has(one) && partitionOf(one, changelog.partitions) === partition,
    );
    await write(options, new Map(gone.map((listener) => [listener, null])), undefined);
    onProgress?.();
    await turn();
  }
}
