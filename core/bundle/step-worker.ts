import { parentPort, workerData } from "node:worker_threads";
import { letOthersGoFirst } from "../beside/let-others-go-first.ts";
import { assert } from "../domain/failure.ts";
import { toFailureMessage } from "../domain/failure-message.ts";
import { runCourse } from "./course.ts";
import { createStepRunner } from "./graph-runner.ts";
import type { StepRunner } from "./step-runner.ts";
import type { WorkerCall, WorkerReply, WorkerRequest, WorkerStart } from "./worker-messages.ts";

// The thread behind `startStepThread`: it answers requests in the order in which they come.
serve();

function serve(): void {
  const port = parentPort;
  assert(port !== null, "a step worker runs in a worker thread");
  if ((workerData as WorkerStart).goesLast) letOthersGoFirst();
  const reply = (message: WorkerReply, transfer: ArrayBuffer[] = []) =>
    port.postMessage(message, transfer);
  let runner: StepRunner | undefined;

  async function outputsOf(request: Answered): Promise<Float32Array[]> {
    if (request.kind === "open") {
      assert(runner === undefined, "a step worker has one bundle at a time");
      runner = await createStepRunner(request.graphs);
      return [];
    }
    assert(runner !== undefined, "a step worker has a bundle when it is asked");
    if (request.kind !== "close") return run(runner, request);
    await runner.close();
    runner = undefined;
    return [];
  }

  let last: Promise<void> = Promise.resolve();
  port.on("message", ({ id, request }: WorkerCall) => {
    last = last.then(async () => {
      if (request.kind === "end") {
        await runner?.close();
        port.close();
        return;
      }
      try {
        const outputs = await outputsOf(request);
        const memory = outputs.map(({ buffer }) => buffer as ArrayBuffer);
        reply({ kind: "done", id, outputs }, memory);
      } catch (error) {
        reply({ kind: "failed", id, failure: toFailureMessage(error) });
      }
    });
  });
}

type Answered = Exclude<WorkerRequest, { kind: "end" }>;

async function run(
  runner: StepRunner,
  request: Exclude<Answered, { kind: "open" | "close" }>,
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
