import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../domain/failure.ts";
import { toFailureMessage } from "../domain/failure-message.ts";
import { letOthersGoFirst } from "./let-others-go-first.ts";
import { memoryOf } from "./memory-of.ts";
import type { BesideReply, BesideStart } from "./run-beside.ts";

// The thread behind `runBeside`.
await serve(workerData as BesideStart);

async function serve({ module, name, argument }: BesideStart): Promise<void> {
  assert(parentPort !== null, "work beside runs in a worker thread");
  letOthersGoFirst();
  // Whoever waited has left. Between two turns nothing native is under way, in which a thread that
  // is terminated takes the whole process along.
  parentPort.once("message", () => process.exit());
  parentPort.unref();
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
