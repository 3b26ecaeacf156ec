import type { ModelProgress } from "./train-model.ts";

/** How far a training is, with its speed. */
export interface TrainingProgress extends ModelProgress {
  readonly eventsPerSecond: number;
  /** Until this model's last epoch ends, if no epoch is saved. */
  readonly secondsLeft: number;
}

/** Turns what the models report from now on into progress with speeds. */
export function progressClock(
  nowMs: () => number,
  report: (progress: TrainingProgress) => void,
): (progress: ModelProgress) => void {
  const startedMs = nowMs();
  return (progress) => {
    const { epoch, epochs, events, eventsTotal } = progress;
    const done = (epoch - 1) * eventsTotal + events;
    const seconds = (nowMs() - startedMs) / 1000;
    const eventsPerSecond = seconds > 0 ? done / seconds : 0;
    const left = epochs * eventsTotal - done;
    const secondsLeft = eventsPerSecond > 0 ? left / eventsPerSecond : 0;
    report({ ...progress, eventsPerSecond, secondsLeft });
  };
}
