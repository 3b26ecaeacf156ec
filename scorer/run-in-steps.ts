import { setImmediate as nextTurn } from "node:timers/promises";

/** Long work as a generator that yields between steps of some milliseconds. */
export type Steps<Result> = Generator<void, Result>;

/** Does all of it before it returns. */
export function runAtOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Does one step in each turn of the event loop, so that calls are answered between them. */
export async function runInSteps<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await nextTurn();
  }
}
