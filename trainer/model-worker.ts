import { parentPort, workerData } from "node:worker_threads";
import { Failure } from "../core/domain/failure.ts";
import { weightArrays } from "./model-parameters.ts";
import type { CourseResults, WorkerMessage, WorkerOrder } from "./train-in-worker.ts";
import { chooseWeights, refitWeights, type Watch } from "./train-model.ts";

/** The thread in which one course of a model is learned. It ends by itself: a thread that is
 *  terminated while a graph loads or runs takes the whole process with it. */
const post = (message: WorkerMessage, handedOver: readonly ArrayBuffer[] = []) =>
  parentPort!.postMessage(message, handedOver);
const { task, course, chosen, stop } = workerData as WorkerOrder;
const stopped = new Error("stopped");
const watch: Watch = {
  progress: (progress) => post({ progress }),
  notice: (notice) => post({ notice }),
  stopCheck: () => {
    if (Atomics.load(stop, 0) === 1) throw stopped;
  },
};
try {
  if (course === "choosing") {
    const result = await chooseWeights(task, watch, chosen);
    const { weights, tastes } = result.measured;
    post({ result }, [...buffersOf(weights), tastes.buffer as ArrayBuffer]);
  } else {
    const result = await refitWeights(task, watch, chosen);
    post({ result }, buffersOf(result));
  }
} catch (error) {
  if (error === stopped) post({ stopped: true });
  else if (!(error instanceof Failure)) throw error;
  else post({ failure: { code: error.code, message: error.message, field: error.field } });
}

/** What is handed over, not copied, each once: a large vocabulary's vectors fill gigabytes. */
function buffersOf(weights: CourseResults["refitting"]): ArrayBuffer[] {
  const arrays = [...weightArrays(weights).values()];
  return [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))];
}
