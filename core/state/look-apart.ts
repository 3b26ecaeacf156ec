import { fork } from "node:child_process";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import type { LookMessage } from "./store-damage-process.ts";

const PROCESS = fileURLToPath(new URL("store-damage-process.ts", import.meta.url));

/** A look at a store by a process of its own, since LMDB answers some damage with an abort or
 *  SIGBUS, which then ends that process alone and counts as damage. */
export interface Look {
  /** What can be told without a walk; undefined where that is sound. */
  readonly first: Promise<string | undefined>;
  /** What a look at every byte found; undefined where all is sound. */
  readonly whole: Promise<string | undefined>;
  /** Ends the process, which holds the store open until then: to be called once the caller has
   *  opened the store, or does not want to. A look that goes on then tells of damage. */
  stop(): void;
}

export function lookApart(folder: string): Look {
  const child = fork(PROCESS, [folder], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const first = Promise.withResolvers<string | undefined>();
  const whole = Promise.withResolvers<string | undefined>();
  child.on("message", (message: LookMessage) => {
    if ("firstLook" in message) {
      first.resolve(undefined);
      yieldTo(child.pid);
    } else {
      first.resolve(message.damage ?? undefined);
      whole.resolve(message.damage ?? undefined);
    }
  });
  child.once("error", (error) => child.emit("exit", error.message));
  child.once("exit", (code, signal) => {
    const damage = `reading it ended a process with ${signal ?? code}`;
    first.resolve(damage);
    whole.resolve(damage);
  });
  return { first: first.promise, whole: whole.promise, stop: () => child.kill("SIGKILL") };
}

/** The walk that follows has more time than whoever starts meanwhile. */
function yieldTo(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    // It may have ended by now.
    if ((error as NodeJS.ErrnoException).code !== "ERR_SYSTEM_ERROR") throw error;
  }
}
