import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { assert, Failure } from "../domain/failure.ts";
import { fromFailureMessage } from "../domain/failure-message.ts";
import type { ModelName } from "../domain/ids.ts";
import { gatheredTastes, type TasteRows } from "./gathered-tastes.ts";
import type { BundleGraphs } from "./graph-runner.ts";
import { isIdentityGraph } from "./identity-graph.ts";
import type { StepRunner } from "./step-runner.ts";
import type { WorkerReply, WorkerRequest, WorkerStart } from "./worker-messages.ts";

/** Calls that may be under way or waiting in one worker. Callers wait for their answers, so more
 *  than this means that one does not. */
const CALLS_MAX = 1024;

/** Runs a bundle's graphs in a thread of their own, so that they never block this one. The same
 *  bits as `createStepRunner`, which is what the thread uses. All tastes that are asked for in one
 *  turn of the event loop are one message, and those that only copy none. `close` lets what is
 *  under way finish. With `goesLast` the thread works when no other one wants to. Fails like
 *  `createStepRunner`. */
export async function startWorkerRunner(
  bundle: BundleGraphs,
  { goesLast = false } = {},
): Promise<StepRunner> {
  const start: WorkerStart = { graphs: { models: onlyGraphs(bundle.models) }, goesLast };
  const worker = new Worker(new URL("./step-worker.ts", import.meta.url), { workerData: start });
  const calls = new Map<number, Call>();
  let ended: Failure | undefined;
  let lastId = 0;

  const ask = (request: WorkerRequest, id: number, memory: readonly Float32Array[]) =>
    new Promise<readonly Float32Array[]>((resolve, reject) => {
      if (ended !== undefined) throw ended;
      if (calls.size >= CALLS_MAX) {
        throw new Failure("bug", `more than ${CALLS_MAX} calls wait for one worker`);
      }
      calls.set(id, { resolve, reject });
      worker.postMessage(
        request,
        memory.map(({ buffer }) => buffer as ArrayBuffer),
      );
    });

  const ready = new Promise<void>((resolve, reject) => {
    calls.set(0, { resolve: () => resolve(), reject });
  });
  worker.on("message", (reply: WorkerReply) => settle(calls, reply));
  const end = (cause?: unknown) => {
    ended ??= new Failure("bug", "the step worker has ended", { cause });
    for (const call of calls.values()) call.reject(ended);
    calls.clear();
  };
  worker.on("error", end);
  worker.on("exit", () => end());
  await ready;

  return {
    async step({ model, rows, ...tensors }) {
      const [track, features, hidden] = copies(tensors.track, tensors.features, tensors.hidden);
      const id = ++lastId;
      const request = { kind: "step", id, model, rows, track, features, hidden } as const;
      return only(await ask(request, id, [track, features, hidden]));
    },
    taste: tastesOf(bundle.models, (asked) => {
      const id = ++lastId;
      const memory = asked.map(({ hidden }) => hidden);
      return ask({ kind: "tastes", id, asked }, id, memory);
    }),
    run(courses) {
      const id = ++lastId;
      const memory = courses.flatMap(({ hidden, track, features }) => [hidden, track, features]);
      return ask({ kind: "run", id, courses }, id, memory);
    },
    async skip({ model, rows, ...tensors }) {
      const [hidden, track] = copies(tensors.hidden, tensors.track);
      const id = ++lastId;
      return only(await ask({ kind: "skip", id, model, rows, hidden, track }, id, [hidden, track]));
    },
    async close() {
      if (ended !== undefined) return;
      const exit = once(worker, "exit");
      worker.postMessage({ kind: "close" } satisfies WorkerRequest);
      await exit;
    },
  };
}

interface Call {
  readonly resolve: (outputs: readonly Float32Array[]) => void;
  readonly reject: (failure: Failure) => void;
}

/** Vectors stay here: only what the graphs need is copied into the thread. */
function onlyGraphs(models: BundleGraphs["models"]): BundleGraphs["models"] {
  const entries = Object.entries(models).map(
    ([name, { hidden, dimension, featureWidth, step, taste, skip }]) =>
      [name, { hidden, dimension, featureWidth, step, taste, ...(skip && { skip }) }] as const,
  );
  return Object.fromEntries(entries);
}

/** Gathers the tastes that need a model; the others are copies. */
function tastesOf(
  models: BundleGraphs["models"],
  ask: (asked: readonly TasteRows[]) => Promise<readonly Float32Array[]>,
): StepRunner["taste"] {
  const gathered = gatheredTastes(ask);
  const copied = modelsOfCopies(models);
  return async (model, hidden, rows) => {
    const copiedWidth = copied.get(model);
    if (copiedWidth === undefined) return gathered(model, hidden, rows);
    assert(hidden.length === rows * copiedWidth, "a taste is asked for whole rows");
    return hidden.slice();
  };
}

/** H of those whose taste is their hidden state itself: a message would cost more than all else. */
function modelsOfCopies(models: BundleGraphs["models"]): ReadonlyMap<ModelName, number> {
  const copied = Object.entries(models).filter(([, { taste }]) => isIdentityGraph(taste));
  return new Map(copied.map(([name, { hidden }]) => [name as ModelName, hidden]));
}

function settle(calls: Map<number, Call>, reply: WorkerReply): void {
  const id = reply.kind === "ready" ? 0 : reply.id;
  const call = calls.get(id);
  calls.delete(id);
  if (reply.kind === "failed") call?.reject(fromFailureMessage(reply.failure));
  else call?.resolve(reply.kind === "done" ? reply.outputs : []);
}

function only(outputs: readonly Float32Array[]): Float32Array {
  const [output] = outputs;
  assert(output !== undefined, "a step worker answers with what it was asked for");
  return output;
}

/** Memory that can be handed over: the caller's own would be gone for it. */
function copies<T extends readonly Float32Array[]>(
  ...arrays: T
): { [Key in keyof T]: Float32Array } {
  return arrays.map((array) => new Float32Array(array)) as { [Key in keyof T]: Float32Array };
}
