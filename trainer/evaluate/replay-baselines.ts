import { setImmediate as othersRun } from "node:timers/promises";
import type { Baseline, BaselineRecipe } from "../baselines/baseline.ts";
import type { SessionLog } from "../baselines/read-sessions.ts";
import { RANKS_MAX } from "./rank-counts.ts";

/** A baseline's answers to the predictions of a log. */
export interface BaselineAnswers {
  readonly recipe: BaselineRecipe;
  readonly trained: SessionLog;
  /** [predictions]: the answer's rank from 1, 0 where the list does not hold it. */
  readonly ranks: Uint8Array;
  /** [tracks]: in how many lists each track of the training log stands. */
  readonly exposure: Int32Array;
  readonly fitCpuSeconds: number;
  readonly cpuMsAPrediction: number;
}

export interface BaselineTask {
  readonly trained: SessionLog;
  /** The log to predict, with the tracks of `trained`. */
  readonly log: SessionLog;
  /** [predictions]: which events are predicted, by their place in the log; rising. */
  readonly places: Int32Array;
  readonly signal?: AbortSignal | undefined;
  readonly progress: (done: number) => void;
}

/** Lets a baseline follow every session of a log, and asks it for just the predictions that the
 *  served code was asked for. */
export async function replayBaseline(
  recipe: BaselineRecipe,
  task: BaselineTask,
): Promise<BaselineAnswers> {
  const { trained, log, places } = task;
  const startedMs = cpuMs();
  const baseline = recipe.fit(trained);
  const fittedMs = cpuMs();
  const ranks = new Uint8Array(places.length);
  const exposure = new Int32Array(trained.trackIds.length);
  const rowOf = new Map(Array.from(places, (place, row) => [place, row]));
  for (let session = 0; session + 1 < log.starts.length; session++) {
    followSession(baseline, { log, session, rowOf, ranks, exposure });
    if (session % SESSIONS_BETWEEN_BREAKS !== 0) continue;
    task.progress(log.starts[session]!);
    await othersRun();
    task.signal?.throwIfAborted();
  }
  return {
    recipe,
    trained,
    ranks,
    exposure,
    fitCpuSeconds: (fittedMs - startedMs) / 1000,
    cpuMsAPrediction: (cpuMs() - fittedMs) / Math.max(1, places.length),
  };
}

const SESSIONS_BETWEEN_BREAKS = 100;

interface Following {
  readonly log: SessionLog;
  readonly session: number;
  readonly rowOf: ReadonlyMap<number, number>;
  readonly ranks: Uint8Array;
  readonly exposure: Int32Array;
}

function followSession(baseline: Baseline, following: Following): void {
  const { log, session, rowOf, ranks, exposure } = following;
  baseline.startSession();
  for (let event = log.starts[session]!; event < log.starts[session + 1]!; event++) {
    const answer = log.track[event]!;
    const row = rowOf.get(log.place[event]!);
    if (row !== undefined) {
      const list = baseline.rank(RANKS_MAX);
      for (const track of list) exposure[track]! += 1;
      ranks[row] = answer < 0 ? 0 : 1 + list.indexOf(answer);
    }
    baseline.hear(answer);
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
