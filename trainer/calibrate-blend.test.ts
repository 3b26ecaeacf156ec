import assert from "node:assert/strict";
import { test } from "node:test";
import { wholeBlend } from "../core/bundle/manifest.ts";
import type { TrackIndex } from "../core/domain/ids.ts";
import { type Calibration, calibrateBlend } from "./calibrate-blend.ts";
import type { MeasuredSources } from "./gather-candidates.ts";

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
  models: MeasuredSources["models"],
  answer: number,
  others: Partial<MeasuredSources> = {},
): Promise<Calibration> {
  const answers = Int32Array.of(answer);
  const popularity = evenPopularity;
  const sparse: MeasuredSources["sparse"] = [];
  const stopCheck = () => undefined;
  return calibrateBlend({ models, answers, popularity, sparse, stopCheck, ...others });
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
  assert.deepEqual(blend, wholeBlend({ short: 1 }));
});

test("popularity is given weight where the models have no opinion", async () => {
  const popularity = evenPopularity.map((value, track) => (track === 39 ? 0 : value));
  const short = { table, tastes: noOpinion };
  const { blend } = await calibrated({ short }, 39, { popularity });
  assert.ok(blend.popularity > 0);
});

test("neighbours and co-play are given weight where they know what the models do not", async () => {
  const short = { table, tastes: scoring(3) };
  for (const name of ["neighbours", "coplay"] as const) {
    const said = { tracks: [39] as TrackIndex[], values: Float32Array.of(2) };
    const sparse = [{ [name]: said }];
    const { blend, accuracy } = await calibrated({ short }, 39, { sparse });
    assert.ok(blend[name] > 0);
    assert.equal(accuracy.recall1, 1);
    const wrong = [{ [name]: { ...said, tracks: [38] as TrackIndex[] } }];
    const without = await calibrated({ short }, 3, { sparse: wrong });
    assert.deepEqual(without.blend, wholeBlend({ short: 1 }));
  }
});

test("without a short model the long one counts in full", async () => {
  const long = { table, tastes: scoring(2) };
  const { blend } = await calibrated({ long }, 2);
  assert.deepEqual(blend, wholeBlend({ long: 1 }));
});
