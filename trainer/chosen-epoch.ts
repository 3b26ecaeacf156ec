import type { StopCheck } from "./train-epoch.ts";

/** The epoch that measured best, as the threads of one model share it, [1]: 0 before there is one,
 *  n for the best so far, −n once it is chosen. The best so far only ever becomes a later one, so
 *  a course that learns up to it learns nothing in vain. */
export type ChosenEpoch = Int32Array;

export function newChosenEpoch(): ChosenEpoch {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

export function tellBest(chosen: ChosenEpoch, epoch: number): void {
  tell(chosen, epoch);
}

export function tellChosen(chosen: ChosenEpoch, epoch: number): void {
  tell(chosen, -epoch);
}

/** Undefined before it is chosen. */
export function chosenEpoch(chosen: ChosenEpoch): number | undefined {
  const value = Atomics.load(chosen, 0);
  return value < 0 ? -value : undefined;
}

/** How often a thread that waits looks whether it shall stop. */
const STOP_CHECK_MS = 100;

/** Whether the chosen epoch is `epoch` or a later one. Blocks its thread until that is known;
 *  throws what `stopCheck` throws. */
export function isChosenLater(chosen: ChosenEpoch, epoch: number, stopCheck: StopCheck): boolean {
  for (;;) {
    const value = Atomics.load(chosen, 0);
    if (Math.abs(value) >= epoch) return true;
    if (value < 0) return false;
    stopCheck();
    Atomics.wait(chosen, 0, value, STOP_CHECK_MS);
  }
}

function tell(chosen: ChosenEpoch, value: number): void {
  Atomics.store(chosen, 0, value);
  Atomics.notify(chosen, 0);
}
