import { parentPort, workerData } from "node:worker_threads";
import { Failure } from "../core/domain/failure.ts";
import type { WorkerMessage } from "./train-in-worker.ts";
import { type ModelTask, trainModel } from "./train-model.ts";

/** The thread in which one model is trained. */
const post = (message: WorkerMessage) => parentPort!.postMessage(message);
try {
  const model = await trainModel(workerData as ModelTask, (progress) => post({ progress }));
  post({ model });
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  post({ failure: { code: error.code, message: error.message, field: error.field } });
}
