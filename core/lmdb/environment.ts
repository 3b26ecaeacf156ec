import { mkdirSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { open, type RootDatabase } from "lmdb";
import { Failure } from "../domain/failure.ts";

/** An LMDB environment with binary keys and values: one folder with `data.mdb` and `lock.mdb`. */
export type Environment = RootDatabase<Buffer, Buffer>;

/** What a session store does with the environment that it writes. Whatever has these can stand in
 *  for LMDB, so that a simulation can own the disk. */
export interface WritableEnvironment {
  getBinary(key: Buffer): Buffer | undefined;
  getBinaryFast(key: Buffer): Buffer | undefined;
  putSync(key: Buffer, value: Buffer): void;
  removeSync(key: Buffer): void;
  childTransaction(write: () => void): Promise<unknown>;
  /** Resolves when all that was committed before is on the disk. */
  readonly flushed: Promise<unknown>;
  /** Lets the next read see the newest commit. */
  resetReadTxn(): void;
  /** In key order, from `start` on where it is given. */
  getRange(from?: {
    readonly start?: Buffer;
  }): Iterable<{ readonly key: Buffer; readonly value: Buffer }>;
  close(): Promise<void>;
}

/** Address space, not disk or memory: with room for the whole map a reader never has to remap
 *  when the writer's file grows. 64 GiB hold some 30 million listeners. */
const MAP_BYTES = 64 * 1024 ** 3;

/** LMDB's two meta pages: a smaller file is one that its writer has just begun. */
const META_BYTES = 8192;

/** A transaction that is not on the disk after this long is reported as `store_unavailable`. */
const FLUSH_TIMEOUT_MS = 60_000;

/** lmdb-js closes once all writes are flushed, which a write that failed never is. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Opens the environment in `folder` for its one writer, and makes it where there is none. The
 *  folder is for the owner's eyes alone. Throws `store_unavailable`. */
export function openEnvironment(folder: string): Environment {
  return attempt(folder, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return open<Buffer, Buffer>(optionsFor(folder));
  });
}

/** An environment that another process writes, may not have made yet, and may set aside for a new
 *  one. */
export interface EnvironmentReader {
  /** The environment that stands in the folder in this turn of the event loop: its file is looked
   *  at once a turn, which takes some 9 µs. Undefined while there is none. Throws
   *  `store_unavailable`, also where the file became shorter; nothing of it is read then. */
  current(): Environment | undefined;
  close(): Promise<void>;
}

export function openEnvironmentReader(folder: string): EnvironmentReader {
  let opened: Environment | undefined;
  let known: DataFile | undefined;
  const left: Promise<void>[] = [];
  let isLookedAt = false;

  function leave(): void {
    if (opened !== undefined) left.push(opened.close());
    opened = undefined;
  }

  return {
    current() {
      if (isLookedAt) return opened;
      isLookedAt = true;
      setImmediate(() => {
        isLookedAt = false;
      });
      const file = dataFileIn(folder);
      const isSame = file?.inode === known?.inode;
      // LMDB never shortens its file, and to read behind the end of one would end this process.
      const isCut = isSame && file !== undefined && file.bytes < known!.bytes;
      // Its file is still mapped here, but it is nobody's store any more.
      if (!isSame || isCut) leave();
      if (isCut) throw unavailable(folder, "its file was cut short");
      known = file;
      if (opened === undefined && file !== undefined) {
        opened = attempt(folder, () => open({ ...optionsFor(folder), readOnly: true }));
      }
      return opened;
    },
    async close() {
      leave();
      await Promise.all(left);
    },
  };
}

/** A value's bytes, which hold until the next read of any environment. Throws `store_unavailable`
 *  where LMDB's own pages are damaged. */
export function readView(
  environment: Pick<WritableEnvironment, "getBinaryFast">,
  key: Buffer,
): Buffer | undefined {
  const bytes = attemptRead(() => environment.getBinaryFast(key));
  // lmdb-js lends one large buffer and only overrides its length.
  return bytes?.subarray(0, bytes.length);
}

function attemptRead<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new Failure("store_unavailable", `the store cannot be read: ${cause}`, { cause });
  }
}

/** Runs `write` in one transaction and resolves when it is on the disk. All of it is written or
 *  nothing. A `Failure` that `write` throws comes through; anything else is `store_unavailable`. */
export async function transactDurably(
  environment: Pick<WritableEnvironment, "childTransaction" | "flushed">,
  write: () => void,
): Promise<void> {
  try {
    // A child transaction, because lmdb-js commits what a plain one wrote before it threw.
    await environment.childTransaction(write);
    // A resolved transaction is visible to readers but not yet durable.
    await withinTimeout(environment.flushed);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const cause = await rootCause(error);
    throw new Failure("store_unavailable", `the store did not commit: ${cause}`, { cause });
  }
}

/** Copies the environment's file to a new folder, page by page and as it is at one moment. That
 *  moment is held as long as the copy takes, and the pages that writes free meanwhile are not used
 *  again; so nothing else is done in it. Throws `store_unavailable`. */
export async function copyPages(environment: Environment, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await environment.backup(folder, false);
  } catch (cause) {
    const message = `the store cannot be copied to ${folder}: ${cause}`;
    throw new Failure("store_unavailable", message, { cause });
  }
}

/** Closes the writer's environment; after a full disk it leaves that to the end of the process. */
export async function closeEnvironment(
  environment: Pick<WritableEnvironment, "close">,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
  await Promise.race([environment.close(), promise]);
  clearTimeout(timer);
}

function optionsFor(folder: string) {
  return {
    path: folder,
    // A folder whose name has a dot in it is still a folder.
    noSubdir: false,
    mapSize: MAP_BYTES,
    encoding: "binary",
    keyEncoding: "binary",
    // With batching by event turns, a failed commit also rejects a promise that nobody is given.
    eventTurnBatching: false,
  } as const;
}

interface DataFile {
  readonly inode: number;
  readonly bytes: number;
}

/** Undefined where there is no environment, or its writer has just begun to make it. */
function dataFileIn(folder: string): DataFile | undefined {
  const file = statSync(join(folder, "data.mdb"), { throwIfNoEntry: false });
  if (file === undefined || file.size < META_BYTES) return undefined;
  return { inode: file.ino, bytes: file.size };
}

function attempt<T>(folder: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw unavailable(folder, String(cause), cause);
  }
}

function unavailable(folder: string, why: string, cause?: unknown): Failure {
  const message = `the store in ${folder} cannot be opened: ${why}`;
  return new Failure("store_unavailable", message, { cause });
}

/** lmdb-js hands the reason of a failed commit over as a promise that rejects; unless somebody
 *  waits for it, the process ends with an unhandled rejection. */
async function rootCause(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && "commitError" in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}

async function withinTimeout(flushed: Promise<unknown>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`the disk took longer than ${FLUSH_TIMEOUT_MS} ms`));
  }, FLUSH_TIMEOUT_MS);
  try {
    await Promise.race([flushed, promise]);
  } finally {
    clearTimeout(timer);
  }
}
