import type { ModelName } from "../core/domain/ids.ts";
import type { ModelProgress } from "./train-model.ts";

/** How far a training is, with its speed. */
export interface TrainingProgress extends ModelProgress {
  readonly eventsPerSecond: number;
  /** Until this model's last epoch ends, if no epoch is saved. */
  readonly secondsLeft: number;
}

/** Turns what the models report into progress with speeds, by a clock in milliseconds. */
export function progressClock(
  nowMs: () => number,
  report: (progress: TrainingProgress) => void,
): (progress: ModelProgress) => void {
  const startedMs = new Map<ModelName, number>();
  return (progress) => {
    const { model, epoch, epochs, events, eventsTotal } = progress;
    const started = startedMs.get(model) ?? nowMs();
    startedMs.set(model, started);
    const done = (epoch - 1) * eventsTotal + events;
    const seconds = (nowMs() - started) / 1000;
    const eventsPerSecond = seconds > 0 ? done / seconds : 0;
    const left = epochs * eventsTotal - done;
    const secondsLeft = eventsPerSecond > 0 ? left / eventsPerSecond : 0;
    report({ ...progress, eventsPerSecond, secondsLeft });
  };
}
