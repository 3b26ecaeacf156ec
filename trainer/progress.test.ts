import assert from "node:assert/strict";
import { test } from "node:test";
import { progressClock, type TrainingProgress } from "./progress.ts";

test("speed and time left count from the beginning of the training", () => {
  const reports: TrainingProgress[] = [];
  let now = 5000;
  const clock = progressClock(
    () => now,
    (progress) => reports.push(progress),
  );
  const course = { model: "short", course: "choosing", epochs: 2 } as const;
  const steady = { ...course, eventsTotal: 100, loss: 1 };
  clock({ ...steady, epoch: 1, events: 0, validationRecall: undefined });
  now += 2000;
  clock({ ...steady, epoch: 1, events: 50, validationRecall: undefined });
  now += 4000;
  clock({ ...steady, epoch: 2, events: 50, validationRecall: 0.2 });
  assert.deepEqual(
    reports.map(({ eventsPerSecond, secondsLeft }) => [eventsPerSecond, secondsLeft]),
    [
      [0, 0],
      [25, 6],
      [25, 2],
    ],
  );
});
