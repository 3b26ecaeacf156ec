import { parentPort, workerData } from "node:worker_threads";
import { Failure } from "../core/domain/failure.ts";
import { weightArrays } from "./model-parameters.ts";
import type { WorkerMessage, WorkerOrder } from "./train-in-worker.ts";
import { type TrainedModel, trainModel } from "./train-model.ts";

/** The thread in which one model is trained. It ends by itself: a thread that is terminated while a
 *  graph loads or runs takes the whole process with it. */
const post = (message: WorkerMessage, handedOver: readonly ArrayBuffer[] = []) =>
  parentPort!.postMessage(message, handedOver);
const { task, stop } = workerData as WorkerOrder;
const stopped = new Error("stopped");
try {
  const model = await trainModel(task, {
    progress: (progress) => post({ progress }),
    notice: (notice) => post({ notice }),
    stopCheck: () => {
      if (Atomics.load(stop, 0) === 1) throw stopped;
    },
  });
  post({ model }, buffersOf(model));
} catch (error) {
  if (error === stopped) post({ stopped: true });
  else if (!(error instanceof Failure)) throw error;
  else post({ failure: { code: error.code, message: error.message, field: error.field } });
}

/** What is handed over, not copied, each once: a large vocabulary's vectors fill gigabytes. */
function buffersOf({ weights, measured }: TrainedModel): ArrayBuffer[] {
  const learned = [weights, measured.weights].flatMap((one) => [...weightArrays(one).values()]);
  return [...new Set([...learned, measured.tastes].map(({ buffer }) => buffer as ArrayBuffer))];
}
