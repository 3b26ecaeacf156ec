import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import type { ModelName } from "../domain/ids.ts";
import { runCourse } from "./course.ts";
import { createStepRunner } from "./graph-runner.ts";
import { startNearRunner } from "./near-runner.ts";
import { pseudoRandom, randomFloats } from "./pseudo-random.ts";
import type { Course } from "./step-runner.ts";

const [DIMENSION, HIDDEN] = [9, 11];
const { models } = randomBundleContent({
  dimension: DIMENSION,
  hidden: HIDDEN,
  features: [],
  tracks: 4,
  seed: 5,
});
const withoutFeatures = Object.entries(models).map(
  ([name, model]) => [name, { ...model, featureWidth: 0 }] as const,
);
const graphs = { models: Object.fromEntries(withoutFeatures) };
const here = await createStepRunner(graphs);
const near = await startNearRunner(graphs);
after(() => Promise.all([here.close(), near.close()]));

/** The rows of each wave, most first: a listener of a later wave is in those before, too. */
const waveRows = fc
  .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 })
  .map((rows) => rows.toSorted((one, other) => other - one));

test("batches that are asked for in one turn end as each of them alone does", () =>
  fc.assert(
    fc.asyncProperty(fc.array(waveRows, { minLength: 1, maxLength: 5 }), async (batches) => {
      const found = await Promise.all(batches.map((rows, seed) => near.run!(courses(rows, seed))));
      for (const [seed, rows] of batches.entries()) {
        for (const [index, course] of courses(rows, seed).entries()) {
          assert.deepEqual(found[seed]![index], await runCourse(here, course));
        }
      }
    }),
    { numRuns: 60 },
  ));

test("a course that fails tells all that were asked with it, and the next one runs", async () => {
  const broken = courses([3], 1).map((course) => ({ ...course, track: new Float32Array(1) }));
  const outcomes = await Promise.allSettled([near.run!(broken), near.run!(courses([2], 2))]);
  assert.equal(outcomes[0].status, "rejected");
  assert.equal((await near.run!(courses([2], 2))).length, 2);
});

function courses(rows: readonly number[], seed: number): Course[] {
  return (["short", "long"] as const).map((model) => courseOf(model, rows, seed));
}

function courseOf(model: ModelName, rows: readonly number[], seed: number): Course {
  const random = pseudoRandom(seed + 1);
  const owners = rows.flatMap((count) => Array.from({ length: count }, (_, owner) => owner));
  return {
    model,
    width: HIDDEN,
    hiddenBits: 8,
    hidden: randomFloats(random, rows[0]! * HIDDEN),
    waveRows: rows,
    owners: Uint32Array.from(owners),
    forgets: Uint8Array.from(owners, (owner) => Number(owner % 3 === 0)),
    track: randomFloats(random, owners.length * DIMENSION),
    features: new Float32Array(0),
    forks: [{ waves: rows.length - 1, from: 0, to: rows[0]! - 1 }],
  };
}
