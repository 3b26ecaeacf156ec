import { setTimeout as sleep } from "node:timers/promises";

/** Asks again and again, one after the other, until it is stopped. `ask` is told how often it was
 *  called before, and must not fail. */
export function keepAsking(ask: (number: number) => Promise<void>, everyMs: number) {
  let isAsking = true;
  const asking = (async () => {
    for (let number = 0; isAsking; number++) {
      await ask(number);
      await sleep(everyMs);
    }
  })();
  return {
    /** Resolves when the last answer is there. */
    stop(): Promise<void> {
      isAsking = false;
      return asking;
    },
  };
}
