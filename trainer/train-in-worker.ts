import { Worker } from "node:worker_threads";
import { Failure, type FailureCode } from "../core/domain/failure.ts";
import { type ChosenEpoch, newChosenEpoch } from "./chosen-epoch.ts";
import type { ModelWeights } from "./model-parameters.ts";
import {
  type ChosenModel,
  type CourseName,
  type ModelProgress,
  type ModelTask,
  refits,
  refitsBeside,
  type TrainedModel,
  type Watch,
} from "./train-model.ts";

/** What the thread of a model's course is started with. */
export interface WorkerOrder {
  readonly task: ModelTask;
  readonly course: CourseName;
  /** What both courses know of the choice. */
  readonly chosen: ChosenEpoch;
  /** [1] in shared memory; set to 1 to stop the threads at their next batch. */
  readonly stop: Int32Array;
}

/** What comes of each course. */
export interface CourseResults {
  readonly choosing: ChosenModel;
  readonly refitting: ModelWeights;
}

/** What a course's thread says. */
export type WorkerMessage =
  | { readonly progress: ModelProgress }
  | { readonly notice: string }
  | { readonly result: CourseResults[CourseName] }
  | { readonly stopped: true }
  | {
      readonly failure: {
        readonly code: FailureCode;
        readonly message: string;
        readonly field: string | undefined;
      };
    };

/** Trains a model in threads of its own: its second course goes after the first one, epoch by
 *  epoch, as soon as it is known to need them. Throws what a thread failed with, and the reason of
 *  `signal` once it is aborted; the threads have ended by then. */
export async function trainInWorker(
  task: ModelTask,
  told: Pick<Watch, "progress" | "notice">,
  signal: AbortSignal,
): Promise<TrainedModel> {
  signal.throwIfAborted();
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const chosen = newChosenEpoch();
  const abort = () => void Atomics.store(stop, 0, 1);
  let failure: unknown;
  const run = async <Name extends CourseName>(course: Name): Promise<CourseResults[Name]> => {
    try {
      return await runThread({ task, course, chosen, stop }, told);
    } catch (error) {
      // The other course ends then, too, and says no more than that it was stopped.
      failure ??= error;
      abort();
      throw error;
    }
  };
  signal.addEventListener("abort", abort);
  const choosing = run("choosing");
  const goesOn = refitsBeside(task) ? Promise.resolve() : choosing;
  const refitting = refits(task) ? goesOn.then(() => run("refitting")) : undefined;
  await Promise.allSettled([choosing, refitting]);
  signal.removeEventListener("abort", abort);
  signal.throwIfAborted();
  if (failure !== undefined) throw failure;
  const model = await choosing;
  return { ...model, weights: (await refitting) ?? model.measured.weights };
}

async function runThread<Name extends CourseName>(
  order: WorkerOrder & { readonly course: Name },
  told: Pick<Watch, "progress" | "notice">,
): Promise<CourseResults[Name]> {
  const { task, course } = order;
  const worker = new Worker(new URL("./model-worker.ts", import.meta.url), { workerData: order });
  const ended = Promise.withResolvers<void>();
  let outcome: CourseResults[CourseName] | Error | undefined;
  worker.on("message", (message: WorkerMessage) => {
    if ("progress" in message) told.progress(message.progress);
    else if ("notice" in message) told.notice(message.notice);
    else if ("result" in message) outcome = message.result;
    else if ("failure" in message) outcome = failureOf(message.failure);
  });
  worker.on("error", (error) => {
    outcome = error;
  });
  worker.on("exit", () => ended.resolve());
  await ended.promise;
  if (outcome === undefined) {
    throw new Failure("bug", `the thread of ${task.name}, ${course}, gave no result`);
  }
  if (outcome instanceof Error) throw outcome;
  return outcome as CourseResults[Name];
}

function failureOf(failure: {
  readonly code: FailureCode;
  readonly message: string;
  readonly field: string | undefined;
}): Failure {
  const { code, message, field } = failure;
  return new Failure(code, message, field === undefined ? {} : { field });
}
