import { parentPort, workerData } from "node:worker_threads";
import { letOthersGoFirst } from "../beside/let-others-go-first.ts";
import { assert } from "../domain/failure.ts";
import { toFailureMessage } from "../domain/failure-message.ts";
import { runCourse } from "./course.ts";
import { createStepRunner } from "./graph-runner.ts";
import type { StepRunner } from "./step-runner.ts";
import type { WorkerReply, WorkerRequest, WorkerStart } from "./worker-messages.ts";

// The thread behind `startWorkerRunner`: it answers requests in the order in which they come.
await serve();

async function serve(): Promise<void> {
  const port = parentPort;
  assert(port !== null, "a step worker runs in a worker thread");
  const reply = (message: WorkerReply, transfer: ArrayBuffer[] = []) =>
    port.postMessage(message, transfer);
  const { graphs, goesLast } = workerData as WorkerStart;
  if (goesLast) letOthersGoFirst();
  let runner: StepRunner;
  try {
    runner = await createStepRunner(graphs);
  } catch (error) {
    reply({ kind: "failed", id: 0, failure: toFailureMessage(error) });
    return;
  }
  let last: Promise<void> = Promise.resolve();
  port.on("message", (request: WorkerRequest) => {
    last = last.then(async () => {
      if (request.kind === "close") {
        await runner.close();
        port.close();
        return;
      }
      try {
        const outputs = await run(runner, request);
        const memory = outputs.map(({ buffer }) => buffer as ArrayBuffer);
        reply({ kind: "done", id: request.id, outputs }, memory);
      } catch (error) {
        reply({ kind: "failed", id: request.id, failure: toFailureMessage(error) });
      }
    });
  });
  reply({ kind: "ready" });
}

async function run(
  runner: StepRunner,
  request: Exclude<WorkerRequest, { kind: "close" }>,
): Promise<Float32Array[]> {
  switch (request.kind) {
    case "step":
      return [await runner.step(request)];
    case "tastes": {
      const tastes: Float32Array[] = [];
      for (const { model, hidden, rows } of request.asked) {
        tastes.push(await runner.taste(model, hidden, rows));
      }
      return tastes;
    }
    case "skip":
      return [await runner.skip(request)];
    case "run": {
      const outputs: Float32Array[] = [];
      for (const course of request.courses) outputs.push(await runCourse(runner, course));
      return outputs;
    }
  }
}
