import { readFileSync } from "node:fs";
import type { EmbeddedStore } from "./embedded-store.ts";

/** The lock that lets one subscription of a group read an embedded log. It holds the owner's
 *  process and is free the moment that process is gone, however it went. */
export interface GroupLock {
  /** Takes the lock where it is free or its owner is gone. Resolves with whether it is held now. */
  tryTake(): Promise<boolean>;
  release(): Promise<void>;
}

export function createGroupLock(store: EmbeddedStore, group: string): GroupLock {
  takers += 1;
  const owner = Buffer.from(JSON.stringify({ ...processNow(process.pid), taker: takers }));

  async function tryTake(): Promise<boolean> {
    const lock = store.groupLock(group);
    if (lock !== undefined && isAlive(lock.value)) return lock.value.equals(owner);
    return store.replaceGroupLock(group, lock?.version, owner);
  }

  async function release(): Promise<void> {
    const lock = store.groupLock(group);
    if (lock?.value.equals(owner)) await store.replaceGroupLock(group, lock.version, null);
  }

  return { tryTake, release };
}

/** Tells the subscriptions of one process apart. */
let takers = 0;

interface OwnerProcess {
  readonly processId: number;
  /** When the process started, as the system counts it, so that a process that was given a dead
   *  one's number is not taken for it. Empty where the system does not say. */
  readonly started: string;
}

function isAlive(lock: Buffer): boolean {
  const { processId, started } = JSON.parse(lock.toString("utf8")) as OwnerProcess;
  const now = processNow(processId);
  return now !== undefined && now.started === started;
}

/** The process of that number; undefined where it is gone, or killed and not yet buried. */
function processNow(processId: number): OwnerProcess | undefined {
  try {
    process.kill(processId, 0);
  } catch (failure) {
    // EPERM says that the process lives and belongs to another user.
    if ((failure as NodeJS.ErrnoException).code !== "EPERM") return undefined;
  }
  if (process.platform !== "linux") return { processId, started: "" };
  try {
    const status = readFileSync(`/proc/${processId}/stat`, "utf8");
    // The fields after the command's name, which is in parentheses and may hold spaces: the first
    // is the state, the twentieth the start time (proc(5)).
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return { processId, started: fields[19] ?? "" };
  } catch {
    // The process ended between the two questions.
    return undefined;
  }
}
