import assert from "node:assert/strict";
import { test } from "node:test";
import { tinyModels } from "../../test/support/tiny-models.ts";
import { runCourse } from "./course.ts";
import { HIDDEN_BITS, type HiddenBits, roundHidden } from "./hidden-bits.ts";
import { pseudoRandom, randomFloats } from "./pseudo-random.ts";
import type { Course } from "./step-runner.ts";

const { bundle, runner } = tinyModels(1);
const MODEL = bundle.models.long!;

test("a course in waves ends where each listener's own steps end", async () => {
  const together = await runCourse(runner, courseOf([2, 1, 1], [0, 1, 0, 0]));
  const apart = courseOf([1, 1, 1], [0, 0, 0], [0, 2, 3]);
  const first = (await runCourse(runner, apart)).subarray(0, MODEL.hidden);
  assert.deepEqual(together.subarray(0, MODEL.hidden), first);
});

for (const bits of HIDDEN_BITS) {
  test(`what a step gives is in ${bits} bits before the next step begins from it`, async () => {
    await holdsRounding(bits);
  });
}

async function holdsRounding(bits: HiddenBits): Promise<void> {
  const begun: Float32Array[] = [];
  const watched = {
    step: (wave: Parameters<typeof runner.step>[0]) => {
      begun.push(wave.hidden);
      return runner.step(wave);
    },
  };
  const course = { ...courseOf([1, 1, 1], [0, 0, 0]), hiddenBits: bits };
  roundHidden(course.hidden, bits);
  const ends = await runCourse(watched, course);
  for (const hidden of [...begun, ends]) {
    const rounded = hidden.slice();
    roundHidden(rounded, bits);
    assert.deepEqual(hidden, rounded);
  }
  assert.notDeepEqual(begun[1], begun[2]);
}

test("a step that forgets begins at zeros, whatever came before", async () => {
  const course = courseOf([1, 1], [0, 0]);
  course.forgets[1] = 1;
  const forgetful = await runCourse(runner, course);
  const fresh = courseOf([1], [0], [1]);
  fresh.hidden.fill(0);
  assert.deepEqual(forgetful, await runCourse(runner, fresh));
});

test("an owner who takes over a state goes on from it as if it had been their own", async () => {
  const width = MODEL.hidden;
  const forks = [
    { waves: 1, from: 0, to: 1 },
    { waves: 2, from: 1, to: 2 },
  ];
  const course = courseOf([1, 1], [0, 1], [0, 1]);
  const hidden = new Float32Array(3 * width);
  hidden.set(course.hidden.subarray(0, width));
  const states = await runCourse(runner, { ...course, hidden, forks });
  const alone = await runCourse(runner, courseOf([1, 1], [0, 0], [0, 1]));
  for (const owner of [1, 2]) {
    assert.deepEqual(states.subarray(owner * width, (owner + 1) * width), alone.subarray(0, width));
  }
});

/** A course of the owners given, one for each row; `inputs` are which random rows they hear. */
function courseOf(
  waveRows: readonly number[],
  owners: readonly number[],
  inputs: readonly number[] = owners.map((_, row) => row),
): Course {
  const random = pseudoRandom(5);
  const track = randomFloats(random, 8 * MODEL.dimension);
  const features = randomFloats(random, 8 * MODEL.featureWidth);
  const hidden = randomFloats(random, (Math.max(...owners) + 1) * MODEL.hidden);
  roundHidden(hidden, MODEL.hiddenBits);
  return {
    model: "long",
    width: MODEL.hidden,
    hiddenBits: MODEL.hiddenBits,
    hidden,
    waveRows,
    owners: Uint32Array.from(owners),
    forgets: new Uint8Array(owners.length),
    track: chosen(track, MODEL.dimension, inputs),
    features: chosen(features, MODEL.featureWidth, inputs),
  };
}

function chosen(values: Float32Array, width: number, rows: readonly number[]): Float32Array {
  return Float32Array.from(
    rows.flatMap((row) => [...values.subarray(row * width, (row + 1) * width)]),
  );
}
