import { Worker } from "node:worker_threads";
import { Failure, type FailureCode } from "../core/domain/failure.ts";
import type { ModelProgress, ModelTask, TrainedModel } from "./train-model.ts";

/** What a model's thread says. */
export type WorkerMessage =
  | { readonly progress: ModelProgress }
  | { readonly model: TrainedModel }
  | {
      readonly failure: {
        readonly code: FailureCode;
        readonly message: string;
        readonly field: string | undefined;
      };
    };

/** Trains a model in a thread of its own. Throws what the thread failed with, and the reason of
 *  `signal` once it is aborted; the thread has ended by then. */
export async function trainInWorker(
  task: ModelTask,
  progress: (progress: ModelProgress) => void,
  signal: AbortSignal,
): Promise<TrainedModel> {
  signal.throwIfAborted();
  const worker = new Worker(new URL("./model-worker.ts", import.meta.url), { workerData: task });
  const { promise, resolve, reject } = Promise.withResolvers<TrainedModel>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  worker.on("message", (message: WorkerMessage) => {
    if ("progress" in message) progress(message.progress);
    else if ("model" in message) resolve(message.model);
    else {
      const { code, message: text, field } = message.failure;
      reject(new Failure(code, text, field === undefined ? {} : { field }));
    }
  });
  worker.on("error", reject);
  worker.on("exit", (code) => {
    reject(new Failure("bug", `the thread that trains ${task.name} ended early with ${code}`));
  });
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", abort);
    await worker.terminate();
  }
}
