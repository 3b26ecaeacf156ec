import assert from "node:assert/strict";
import { test } from "node:test";
import { type BlendSources, type Calibration, calibrateBlend } from "./calibrate-blend.ts";

/** 40 tracks; the taste is the score of each. */
const COUNT = 40;
const table = {
  count: COUNT,
  dimension: COUNT,
  vectors: Float32Array.from({ length: COUNT * COUNT }, (_, i) => (i % (COUNT + 1) === 0 ? 1 : 0)),
  bias: new Float32Array(COUNT),
};
const noOpinion = new Float32Array(COUNT);
const evenPopularity = new Float32Array(COUNT).fill(-1);

function scoring(...tracks: readonly number[]): Float32Array {
  return Float32Array.from({ length: COUNT }, (_, track) => (tracks.includes(track) ? 1 : 0));
}

function calibrated(
  models: BlendSources["models"],
  answer: number,
  popularity = evenPopularity,
): Promise<Calibration> {
  const answers = Int32Array.of(answer);
  return calibrateBlend({ models, answers, popularity, checkpoint: () => undefined });
}

test("a long model that knows what the short one does not is given weight", async () => {
  const short = { table, tastes: scoring(3) };
  const long = { table, tastes: scoring(39) };
  const { blend, accuracy } = await calibrated({ short, long }, 39);
  assert.equal(blend.short, 1);
  assert.ok(blend.long > 0);
  assert.equal(accuracy.recall20, 1);
});

test("a source that adds nothing is given no weight", async () => {
  const short = { table, tastes: scoring(3) };
  const long = { table, tastes: noOpinion };
  const { blend } = await calibrated({ short, long }, 3);
  assert.deepEqual(blend, { short: 1, long: 0, popularity: 0 });
});

test("popularity is given weight where the models have no opinion", async () => {
  const popularity = evenPopularity.map((value, track) => (track === 39 ? 0 : value));
  const short = { table, tastes: noOpinion };
  const { blend } = await calibrated({ short }, 39, popularity);
  assert.ok(blend.popularity > 0);
});

test("without a short model the long one counts in full", async () => {
  const long = { table, tastes: scoring(2) };
  const { blend } = await calibrated({ long }, 2);
  assert.deepEqual(blend, { short: 0, long: 1, popularity: 0 });
});
