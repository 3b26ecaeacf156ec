import { type FSWatcher, watch } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Database, open, type RootDatabase } from "lmdb";
import { assert, Failure } from "../domain/failure.ts";
import type { Partition } from "../domain/ids.ts";
import { decodeHead, encodeHead, offsetOfKey, recordKey } from "./embedded-layout.ts";
import { decodeRecord } from "./embedded-record.ts";
import type { LogPosition, LogRecord, Watermarks } from "./event-log.ts";

/** Conditional writes that lose against another process are tried again this often, with a wait
 *  of a few milliseconds from the third on. */
const CONDITIONAL_TRIES_MAX = 2_000;
/** Retention removes this many records in one transaction. */
const REMOVE_RECORDS_MAX = 5_000;
const COMMIT_REASON_WAIT_MS = 100;
/** LMDB's key of the head; group locks begin with another byte. */
const HEAD_KEY = Buffer.from([1]);
const GROUP_KEY_PREFIX = Buffer.from([2]);

export interface PlacedBytes {
  readonly partition: Partition;
  readonly bytes: Buffer;
}

/** The LMDB environment of one embedded log. Writes are conditional on the head's version, checked
 *  inside LMDB's write transaction, so processes that append at once never share an offset. (A
 *  transaction with a callback would do the same, but holds the lock of all writers while it waits
 *  for this process's event loop; these run on lmdb's own thread from beginning to end.)
 *
 *  `overlappingSync` is off: a commit is on disk before any reader can see it, so nothing is ever
 *  delivered that a power cut takes back. */
export class EmbeddedStore {
  readonly #folder: string;
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #heads: Database<Buffer, Buffer>;
  readonly #records: Database<Buffer, Buffer>;

  static async open(folder: string): Promise<EmbeddedStore> {
    await mkdir(folder, { recursive: true });
    try {
      return new EmbeddedStore(folder);
    } catch (cause) {
      throw new Failure("log_unavailable", `the log in ${folder} cannot be opened`, { cause });
    }
  }

  private constructor(folder: string) {
    this.#folder = folder;
    const binary = { keyEncoding: "binary", encoding: "binary" } as const;
    this.#root = open({
      path: folder,
      noSubdir: false,
      overlappingSync: false,
      // Its batches have promises that nobody can hear fail, and every write here is one anyway.
      eventTurnBatching: false,
      maxDbs: 4,
    });
    this.#heads = this.#root.openDB({ name: "heads", useVersions: true, ...binary });
    this.#records = this.#root.openDB({ name: "records", ...binary });
    // A killed process leaves its reader slot behind, and with it pages that nobody reads.
    this.#root.readerCheck();
  }

  /** Creates the head where there is none; returns the number of partitions that the log has. */
  async ensureHead(partitions: number): Promise<number> {
    const none: Watermarks = { first: 0, next: 0 } as Watermarks;
    const head = encodeHead(Array.from({ length: partitions }, () => none));
    await this.#write(() =>
      this.#heads.ifNoExists(HEAD_KEY, () => toldByCommit(this.#heads.put(HEAD_KEY, head, 1))),
    );
    return this.watermarks().length;
  }

  /** The watermarks of all partitions, as of now, whoever wrote last. */
  watermarks(): Watermarks[] {
    return this.#head().watermarks;
  }

  /** Gives each record the next offset of its partition and writes all in one transaction.
   *  Resolves when they are on disk. */
  async append(placed: readonly PlacedBytes[]): Promise<LogPosition[]> {
    return this.#changeHead((watermarks) => {
      const positions = placed.map(({ partition }) => {
        const { first, next } = watermarks[partition]!;
        watermarks[partition] = { first, next: (next + 1) as Watermarks["next"] };
        return { partition, offset: next };
      });
      const write = () => {
        for (const [index, { partition, bytes }] of placed.entries()) {
          toldByCommit(this.#records.put(recordKey(partition, positions[index]!.offset), bytes));
        }
      };
      return { write, result: positions };
    });
  }

  /** Records from `from` on, at most so many and, but for the first, at most so many bytes. */
  read(
    partition: Partition,
    from: number,
    limits: { readonly recordsMax: number; readonly bytesMax: number },
  ): LogRecord[] {
    this.#root.resetReadTxn();
    const range = {
      start: recordKey(partition, from),
      end: recordKey((partition + 1) as Partition, 0),
      limit: limits.recordsMax,
    };
    const records: LogRecord[] = [];
    let bytes = 0;
    for (const { key, value } of this.#records.getRange(range)) {
      bytes += value.length;
      if (records.length > 0 && bytes > limits.bytesMax) break;
      const offset = offsetOfKey(key);
      if (offset !== from + records.length) break;
      records.push(decodeRecord(value, offset));
    }
    return records;
  }

  /** Removes the records of `partition` before `offset`; the offsets of others stay. */
  async truncateBefore(partition: Partition, offset: number): Promise<void> {
    for (let done = false; !done; ) {
      done = await this.#changeHead((watermarks) => {
        const { first, next } = watermarks[partition]!;
        assert(offset <= next, "a log is not truncated beyond its end");
        const end = Math.min(Math.max(offset, first), first + REMOVE_RECORDS_MAX);
        watermarks[partition] = { first: end as Watermarks["first"], next };
        const write = () => {
          for (let at: number = first; at < end; at++) {
            toldByCommit(this.#records.remove(recordKey(partition, at)));
          }
        };
        return { write, result: end >= offset };
      });
    }
  }

  /** Calls `onWritten` when a process, this or another, writes to the log's file, once or more per
   *  commit. A file system may stay silent (network mounts do), so it only ever hastens a poll. */
  watchWrites(onWritten: () => void): FSWatcher {
    return watch(join(this.#folder, "data.mdb"), { persistent: false }, onWritten);
  }

  /** The bytes that hold a group's lock, and the version by which to replace them. */
  groupLock(group: string): { readonly value: Buffer; readonly version: number } | undefined {
    this.#root.resetReadTxn();
    const entry = this.#heads.getEntry(groupKey(group));
    return entry && { value: entry.value, version: entry.version ?? 0 };
  }

  /** Replaces a group's lock where its version still is `version` (undefined: where there is none);
   *  a null value removes it. Resolves with whether it did. */
  async replaceGroupLock(
    group: string,
    version: number | undefined,
    value: Buffer | null,
  ): Promise<boolean> {
    const key = groupKey(group);
    const change = () => {
      if (value === null) toldByCommit(this.#heads.remove(key));
      else toldByCommit(this.#heads.put(key, value, (version ?? 0) + 1));
    };
    return this.#write(() =>
      version === undefined
        ? this.#heads.ifNoExists(key, change)
        : this.#heads.ifVersion(key, version, change),
    );
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #head(): { readonly watermarks: Watermarks[]; readonly version: number } {
    this.#root.resetReadTxn();
    const entry = this.#heads.getEntry(HEAD_KEY);
    assert(entry?.version !== undefined, "an open embedded log has a head");
    return { watermarks: decodeHead(entry.value), version: entry.version };
  }

  /** Lets `plan` change the watermarks it is given and say what to write, and commits both unless
   *  another writer changed the head meanwhile; then it plans anew. */
  async #changeHead<T>(
    plan: (watermarks: Watermarks[]) => { readonly write: () => void; readonly result: T },
  ): Promise<T> {
    for (let tries = 1; tries <= CONDITIONAL_TRIES_MAX; tries++) {
      const { watermarks, version } = this.#head();
      const { write, result } = plan(watermarks);
      const committed = await this.#write(() =>
        this.#heads.ifVersion(HEAD_KEY, version, () => {
          write();
          toldByCommit(this.#heads.put(HEAD_KEY, encodeHead(watermarks), version + 1));
        }),
      );
      if (committed) return result;
      if (tries > 2) await sleep(1 + ((process.pid + tries) % 4));
    }
    throw new Failure("log_unavailable", "other processes write to the embedded log without pause");
  }

  async #write(write: () => Promise<boolean>): Promise<boolean> {
    try {
      const committed = await write();
      await this.#root.flushed;
      return committed;
    } catch (failure) {
      const cause = await causeOf(failure);
      throw new Failure("log_unavailable", "the embedded log cannot be written", { cause });
    }
  }
}

/** A write's own promise fails when its transaction does, which the transaction's promise tells.
 *  Unheard, it would end the process. */
function toldByCommit(write: Promise<boolean>): void {
  write.catch(() => undefined);
}

/** lmdb puts the reason of a failed commit into a promise that is rejected soon after. */
async function causeOf(failure: unknown): Promise<unknown> {
  const { commitError } = failure as { commitError?: Promise<never> };
  if (commitError === undefined) return failure;
  const reason = commitError.catch((cause: unknown) => cause);
  return Promise.race([reason, sleep(COMMIT_REASON_WAIT_MS, failure)]);
}

function groupKey(group: string): Buffer {
  return Buffer.concat([GROUP_KEY_PREFIX, Buffer.from(group, "utf8")]);
}
