import type { BundleGraphs } from "./graph-runner.ts";
import type { StepRunner } from "./step-runner.ts";
import { type StepThread, startStepThread } from "./step-thread.ts";
import { runnerOn } from "./worker-runner.ts";

/** Runners in threads that outlive them. */
export interface KeptThreads {
  /** As `startWorkerRunner`, but that the thread of a runner that was closed takes the next one:
   *  to start a thread costs as much as a hundred lists. */
  start(bundle: BundleGraphs): Promise<StepRunner>;
  /** Ends the threads that have no runner now, and from now on those whose runner is closed. */
  close(): Promise<void>;
}

/** A bundle that comes needs one beside the one before; more are not kept. */
const IDLE_MAX = 1;

/** With `goesLast` the threads work when no other one wants to. */
export function keepThreads({ goesLast = false } = {}): KeptThreads {
  const idle: StepThread[] = [];
  let isOver = false;

  async function leave(thread: StepThread): Promise<void> {
    if (isOver || thread.hasEnded() || idle.length >= IDLE_MAX) await thread.end();
    else idle.push(thread);
  }

  return {
    start(bundle) {
      const kept = idle.pop();
      const thread = kept === undefined || kept.hasEnded() ? startStepThread(goesLast) : kept;
      return runnerOn(thread, bundle, () => leave(thread));
    },
    async close() {
      isOver = true;
      await Promise.all(idle.splice(0).map((thread) => thread.end()));
    },
  };
}
