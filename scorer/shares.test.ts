import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SOURCE_NAMES, wholeBlend } from "../core/bundle/manifest.ts";
import { bruteForce } from "./retrieval/brute-force.ts";
import type { TrackSpace } from "./retrieval/retriever.ts";
import { averageParts, catalogueAverages, contributionsOf, sharesOf } from "./shares.ts";

const amount = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const parts = fc.record({
  short: amount,
  long: amount,
  neighbours: amount,
  coplay: amount,
  popularity: amount,
});

test("shares are parts of 1, and a source that pulls a track down has none", () => {
  fc.assert(
    fc.property(parts, (contributions) => {
      const shares = sharesOf(contributions);
      const sum = SOURCE_NAMES.reduce((total, name) => total + shares[name], 0);
      assert.ok(Math.abs(sum - 1) < 1e-9);
      const lifts = Object.values(contributions).some((lift) => lift > 0);
      for (const name of SOURCE_NAMES) {
        assert.ok(shares[name] >= 0);
        if (lifts && contributions[name] <= 0) assert.equal(shares[name], 0);
      }
    }),
  );
});

test("a track that no source lifts counts as popularity's", () => {
  const lifts = wholeBlend({ short: -1, popularity: -2 });
  assert.deepEqual(sharesOf(lifts), wholeBlend({ popularity: 1 }));
});

test("the average track's parts are the average of all tracks' parts", () => {
  const floats = fc.float({ min: -4, max: 4, noNaN: true });
  const vectors = fc.array(floats, { minLength: 12, maxLength: 12 });
  const four = fc.array(floats, { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(vectors, vectors, four, four, (shortVectors, longVectors, bias, taste) => {
      const model = (values: number[]) => ({
        dimension: 3,
        vectors: Float32Array.from(values),
        bias: Float32Array.from(bias),
      });
      const space: TrackSpace = {
        count: 4,
        models: { short: model(shortVectors), long: model(longVectors) },
        popularity: Float32Array.from(bias),
      };
      const tastes = {
        short: Float32Array.from(taste.slice(0, 3)),
        long: Float32Array.from(taste.slice(1)),
      };
      const weights = { short: 1, long: 0.5, neighbours: 0.5, coplay: 3, popularity: 2 };
      const said = { tracks: Uint32Array.of(3, 1), values: Float32Array.from(taste.slice(2)) };
      const query = { tastes, weights, sparse: { neighbours: said, coplay: said } };
      const average = averageParts(catalogueAverages(space), query);
      const scored = bruteForce(space).retrieve({ ...query, excluded: [], k: 4 });
      const sum = { short: 0, long: 0, neighbours: 0, coplay: 0, popularity: 0 };
      for (const { parts } of scored) {
        const lift = contributionsOf(parts, average);
        for (const name of SOURCE_NAMES) sum[name] += lift[name];
      }
      for (const lift of Object.values(sum)) assert.ok(Math.abs(lift) < 1e-3);
    }),
  );
});
