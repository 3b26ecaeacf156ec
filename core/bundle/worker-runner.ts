import { assert, Failure } from "../domain/failure.ts";
import type { ModelName } from "../domain/ids.ts";
import { gatheredTastes, type TasteRows } from "./gathered-tastes.ts";
import type { BundleGraphs } from "./graph-runner.ts";
import { isIdentityGraph } from "./identity-graph.ts";
import type { StepRunner } from "./step-runner.ts";
import { type StepThread, startStepThread } from "./step-thread.ts";

/** Runs a bundle's graphs in a thread of their own, so that they never block this one. The same
 *  bits as `createStepRunner`, which is what the thread uses. All tastes that are asked for in one
 *  turn of the event loop are one message, and those that only copy none. `close` lets what is
 *  under way finish, and ends the thread. Fails like `createStepRunner`. */
export async function startWorkerRunner(bundle: BundleGraphs): Promise<StepRunner> {
  const thread = startStepThread(false);
  return runnerOn(thread, bundle, () => thread.end());
}

/** The same in a thread that is there. `leave` is called when the thread has no bundle any more,
 *  also where it refuses this one. */
export async function runnerOn(
  thread: StepThread,
  { models }: BundleGraphs,
  leave: () => Promise<void>,
): Promise<StepRunner> {
  try {
    await thread.ask({ kind: "open", graphs: { models: onlyGraphs(models) } });
  } catch (error) {
    await leave();
    throw error;
  }
  let isClosed = false;
  const ask: StepThread["ask"] = async (request, memory) => {
    if (isClosed) throw new Failure("bug", "the step worker has ended");
    return thread.ask(request, memory);
  };
  return {
    async step({ model, rows, ...tensors }) {
      const [track, features, hidden] = copies(tensors.track, tensors.features, tensors.hidden);
      const request = { kind: "step", model, rows, track, features, hidden } as const;
      return only(await ask(request, [track, features, hidden]));
    },
    taste: tastesOf(models, (asked) => {
      return ask(
        { kind: "tastes", asked },
        asked.map(({ hidden }) => hidden),
      );
    }),
    run(courses) {
      const memory = courses.flatMap(({ hidden, track, features }) => [hidden, track, features]);
      return ask({ kind: "run", courses }, memory);
    },
    async skip({ model, rows, ...tensors }) {
      const [hidden, track] = copies(tensors.hidden, tensors.track);
      return only(await ask({ kind: "skip", model, rows, hidden, track }, [hidden, track]));
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      if (!thread.hasEnded()) await thread.ask({ kind: "close" });
      await leave();
    },
  };
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
