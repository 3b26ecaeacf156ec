import { Worker } from "node:worker_threads";
import { Failure, type FailureCode } from "../core/domain/failure.ts";
import type { ModelProgress, ModelTask, TrainedModel, Watch } from "./train-model.ts";

/** What a model's thread is started with. */
export interface WorkerOrder {
  readonly task: ModelTask;
  /** [1] in shared memory; set to 1 to stop the thread at its next batch. */
  readonly stop: Int32Array;
}

/** What a model's thread says. */
export type WorkerMessage =
  | { readonly progress: ModelProgress }
  | { readonly notice: string }
  | { readonly model: TrainedModel }
  | { readonly stopped: true }
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
  told: Pick<Watch, "progress" | "notice">,
  signal: AbortSignal,
): Promise<TrainedModel> {
  signal.throwIfAborted();
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const order: WorkerOrder = { task, stop };
  const worker = new Worker(new URL("./model-worker.ts", import.meta.url), { workerData: order });
  const ended = Promise.withResolvers<void>();
  let outcome: TrainedModel | Error | undefined;
  worker.on("message", (message: WorkerMessage) => {
    if ("progress" in message) told.progress(message.progress);
    else if ("notice" in message) told.notice(message.notice);
    else if ("model" in message) outcome = message.model;
    else if ("failure" in message) outcome = failureOf(message.failure);
  });
  worker.on("error", (error) => {
    outcome = error;
  });
  worker.on("exit", () => ended.resolve());
  const abort = () => Atomics.store(stop, 0, 1);
  signal.addEventListener("abort", abort);
  await ended.promise;
  signal.removeEventListener("abort", abort);
  signal.throwIfAborted();
  if (outcome === undefined) throw new Failure("bug", `the thread of ${task.name} gave no result`);
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

function failureOf(failure: {
  readonly code: FailureCode;
  readonly message: string;
  readonly field: string | undefined;
}): Failure {
  const { code, message, field } = failure;
  return new Failure(code, message, field === undefined ? {} : { field });
}
