import type { ModelProgress } from "./train-model.ts";

/** How far a training is, with its speed. */
export interface TrainingProgress extends ModelProgress {
  readonly eventsPerSecond: number;
  /** Until this course's last epoch ends, if no epoch is saved. */
  readonly secondsLeft: number;
}

/** Turns what the models report from now on into progress with speeds. */
export function progressClock(
  nowMs: () => number,
  report: (progress: TrainingProgress) => void,
): (progress: ModelProgress) => void {
  const startedMs = nowMs();
  const doneBefore = new Map<string, number>();
  return (progress) => {
    const { epoch, epochs, events, eventsTotal } = progress;
    const course = `${progress.model} ${progress.course}`;
    const done = (epoch - 1) * eventsTotal + events;
    // A training that goes on from a checkpoint begins with much that is done already.
    if (!doneBefore.has(course)) doneBefore.set(course, done);
    const seconds = (nowMs() - startedMs) / 1000;
    const eventsPerSecond = seconds > 0 ? (done - doneBefore.get(course)!) / seconds : 0;
    const left = epochs * eventsTotal - done;
    const secondsLeft = eventsPerSecond > 0 ? left / eventsPerSecond : 0;
    report({ ...progress, eventsPerSecond, secondsLeft });
  };
}
