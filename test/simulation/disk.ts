import type { Partition } from "../../core/domain/ids.ts";
import type { WritableEnvironment } from "../../core/lmdb/environment.ts";
import type { AppliedPosition } from "../../core/state/session-store.ts";
import { decodePosition, positionKey } from "../../core/state/store-layout.ts";
import type { Chance } from "./chance.ts";
import { type Host, SimulatedFault } from "./host.ts";

/** All that the store holds after one transaction, by key in Latin-1. */
type Entries = ReadonlyMap<string, Buffer>;

/** One host's disk under LMDB's promises: a transaction is there whole or not at all, is visible
 *  to every process once it is committed, and outlives a power cut once it is flushed. */
export interface Disk {
  /** What a process sees of it; each process has a read snapshot of its own. */
  open(host: Host): WritableEnvironment;
  /** Every position that the partition had, oldest first. */
  positions(partition: Partition): AppliedPosition[];
  visible(partition: Partition): AppliedPosition | undefined;
  flushed(partition: Partition): AppliedPosition | undefined;
  full: boolean;
  /** The kernel writes back what is committed. */
  writeBack(): void;
  /** Loses any number of the transactions that were not flushed, the newest first. */
  cutPower(chance: Chance): number;
}

/** What one transaction did to a partition's position. */
export interface PositionChange {
  readonly host: Host;
  readonly partition: Partition;
  readonly before: AppliedPosition | undefined;
  readonly after: AppliedPosition | undefined;
}

/** `onMove` is told of each change of one of the `partitions` before it is visible. */
export function createDisk(partitions: number, onMove: (change: PositionChange) => void): Disk {
  const versions: Entries[] = [new Map()];
  let flushedVersion = 0;
  const disk: Disk = {
    full: false,
    open: (host) => openFor(host, { disk, versions, onWrite, flush }),
    positions(partition) {
      const found: AppliedPosition[] = [];
      let last: Buffer | undefined;
      for (const entries of versions) {
        const bytes = entries.get(nameOf(positionKey(partition)));
        if (bytes !== undefined && !isSame(bytes, last)) found.push(decodePosition(bytes));
        last = bytes;
      }
      return found;
    },
    visible: (partition) => positionIn(versions.at(-1)!, partition),
    flushed: (partition) => positionIn(versions[flushedVersion]!, partition),
    writeBack: () => flush(versions.length - 1),
    cutPower(chance) {
      const lost = chance.below(versions.length - flushedVersion);
      versions.length -= lost;
      flushedVersion = versions.length - 1;
      return lost;
    },
  };
  function flush(version: number): void {
    flushedVersion = Math.max(flushedVersion, version);
  }
  function onWrite(host: Host, entries: Entries): void {
    for (let index = 0; index < partitions; index++) {
      const partition = index as Partition;
      const name = nameOf(positionKey(partition));
      if (isSame(entries.get(name), versions.at(-1)!.get(name))) continue;
      const [before, after] = [
        positionIn(versions.at(-1)!, partition),
        positionIn(entries, partition),
      ];
      onMove({ host, partition, before, after });
    }
  }
  return disk;
}

interface DiskParts {
  readonly disk: Disk;
  readonly versions: Entries[];
  readonly onWrite: (host: Host, entries: Entries) => void;
  readonly flush: (version: number) => void;
}

function openFor(host: Host, { disk, versions, onWrite, flush }: DiskParts): WritableEnvironment {
  let snapshot: Entries | undefined;
  let writing: Map<string, Buffer> | undefined;
  const newest = () => versions.at(-1)!;

  function get(key: Buffer): Buffer | undefined {
    snapshot ??= newest();
    return (writing ?? snapshot).get(nameOf(key));
  }

  function transact(write: () => void): void {
    writing = new Map(newest());
    try {
      write();
      onWrite(host, writing);
      versions.push(writing);
    } finally {
      writing = undefined;
    }
  }

  /** A write outside of any transaction is one of its own. */
  function change(apply: (entries: Map<string, Buffer>) => void): void {
    if (writing !== undefined) apply(writing);
    else transact(() => apply(writing!));
  }

  return {
    getBinary: get,
    getBinaryFast: get,
    putSync: (key, value) => change((entries) => entries.set(nameOf(key), Buffer.from(value))),
    removeSync: (key) => change((entries) => entries.delete(nameOf(key))),
    async childTransaction(write) {
      await host.step("write");
      if (disk.full) throw new SimulatedFault("no space left on device");
      transact(write);
    },
    get flushed() {
      const version = versions.length - 1;
      return host.step("flush").then(() => flush(version));
    },
    resetReadTxn() {
      snapshot = undefined;
    },
    *getRange({ start } = {}) {
      const keys = [...newest().keys()].map((name) => Buffer.from(name, "latin1"));
      for (const key of keys.sort(Buffer.compare)) {
        if (start !== undefined && key.compare(start) < 0) continue;
        yield { key, value: newest().get(nameOf(key))! };
      }
    },
    close: async () => {},
  };
}

function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === other || (one !== undefined && other !== undefined && one.equals(other));
}

function nameOf(key: Buffer): string {
  return key.toString("latin1");
}

function positionIn(entries: Entries, partition: Partition): AppliedPosition | undefined {
  const bytes = entries.get(nameOf(positionKey(partition)));
  return bytes && decodePosition(bytes);
}
