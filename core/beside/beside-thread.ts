import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../domain/failure.ts";
import { toFailureMessage } from "../domain/failure-message.ts";
import { memoryOf } from "./memory-of.ts";
import type { BesideReply, BesideStart } from "./run-beside.ts";

// The thread behind `runBeside`.
await serve(workerData as BesideStart);

async function serve({ module, name, argument }: BesideStart): Promise<void> {
  assert(parentPort !== null, "work beside runs in a worker thread");
  letOthersGoFirst();
  let reply: BesideReply;
  try {
    // Loaded only now: loading takes time, too.
    const { [name]: work } = await import(module);
    reply = { kind: "done", result: await work(argument) };
  } catch (error) {
    reply = { kind: "failed", failure: toFailureMessage(error) };
  }
  parentPort.postMessage(reply, memoryOf(reply));
}

/** Linux gives each thread a priority of its own. Elsewhere threads share their process's, which
 *  must stay as it is. Beside a thread that is never idle this one gets a tenth of a core: with the
 *  lowest priority of all it would get nothing for minutes. */
function letOthersGoFirst(): void {
  if (process.platform !== "linux") return;
  const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
  setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
}
