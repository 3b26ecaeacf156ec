import type { ModelName } from "../core/domain/ids.ts";
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
  const doneBefore = new Map<ModelName, number>();
  return (progress) => {
    const { model, epoch, epochs, events, eventsTotal } = progress;
    const done = (epoch - 1) * eventsTotal + events;
    // A training that goes on from a checkpoint begins with much that is done already.
    if (!doneBefore.has(model)) doneBefore.set(model, done);
    const seconds = (nowMs() - startedMs) / 1000;
    const eventsPerSecond = seconds > 0 ? (done - doneBefore.get(model)!) / seconds : 0;
    const left = epochs * eventsTotal - done;
    const secondsLeft = eventsPerSecond > 0 ? left / eventsPerSecond : 0;
    report({ ...progress, eventsPerSecond, secondsLeft });
  };
}
