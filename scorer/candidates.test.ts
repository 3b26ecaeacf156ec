import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { wholeBlend } from "../core/bundle/manifest.ts";
import type { TrackIndex } from "../core/domain/ids.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { UNTOLD } from "../test/support/untold-track.ts";
import { openAdjustments, type Steering } from "./adjustment.ts";
import { openCandidates } from "./candidates.ts";
import { openLiveCatalogue } from "./catalogue/live-catalogue.ts";
import { exactScan } from "./retrieval/exact-scan.ts";
import { type Retriever, trackSpace } from "./retrieval/retriever.ts";
import { addTrack, noTracks } from "./retrieval/track-bits.ts";

const COUNT = 100;
const models = tinyModels(3, COUNT);
const popularity = Float32Array.from({ length: COUNT }, (_, row) => Math.log(1 / (row + 1)));
const bundle = { ...models.bundle, popularity };
const retriever = exactScan(trackSpace(bundle));
const live = openLiveCatalogue(bundle, undefined, assert.fail);
for (let row = 0; row < COUNT; row += 2) {
  live.columns.set(row as TrackIndex, {
    ...UNTOLD,
    track: bundle.trackIds[row]!,
    genres: row % 3 === 0 ? ["jazz"] : [],
    releaseDate: String(1920 + row),
    tempo: 60 + row,
    energy: (row % 10) / 10,
  });
}
const adjustments = openAdjustments(bundle, live);

test("the best tracks by adjusted score are found, however far down they were before", async () => {
  const boost = fc.record({
    filter: fc.constantFrom('"jazz" in track.genres', "track.release_year > 1990"),
    score: fc.constantFrom(-100, -0.3, 0.01, 0.4, 50),
  });
  const optional = (...values: number[]) => fc.constantFrom(undefined, ...values);
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        boosts: fc.array(boost, { maxLength: 3 }),
        targets: fc.record({
          tempo: optional(80, 120),
          energy: optional(0, 0.5),
          valence: optional(1),
          weight: fc.constantFrom(0.1, 5),
        }),
        novelty: fc.constantFrom(-1, 0, 0.2, 1),
      }),
      fc.integer({ min: 1, max: COUNT }),
      fc.array(fc.integer({ min: 0, max: COUNT - 1 })),
      async (steering: Steering, count, outside) => {
        const adjustment = await adjustments(steering);
        const allowed = noTracks(COUNT).fill(0xffffffff);
        const excluded = outside as TrackIndex[];
        const search = {
          tastes: { short: Float32Array.of(1, -1, 0.5), long: Float32Array.of(0, 1, 0) },
          weights: wholeBlend({ short: 1, long: 0.5, popularity: 0.1 }),
          allowed,
          excluded,
        };
        const found = openCandidates(retriever, search, { push: undefined, adjustment })(count);
        const all = retriever.retrieve({ ...search, k: COUNT }).map(({ index, score }) => {
          const added = adjustment?.values[index] ?? 0;
          return { index, score: Math.fround(score + added) };
        });
        all.sort((one, other) => other.score - one.score || one.index - other.index);
        const expected = all.slice(0, count);
        assert.deepEqual(
          found.map(({ index, score }) => ({ index, score })),
          expected,
        );
      },
    ),
  );
});

test("a boost, a target and novelty add what the contract says", async () => {
  const value = async (steering: Partial<Steering>, row: number) => {
    const none = { boosts: [], targets: { weight: 5 }, novelty: 0 };
    return (await adjustments({ ...none, ...steering }))!.values[row]!;
  };
  const near = (one: number, other: number) => assert.ok(Math.abs(one - other) < 1e-5, `${one}`);
  const jazz = { boosts: [{ filter: '"jazz" in track.genres', score: 2 }] };
  near(await value(jazz, 6), 2);
  near(await value(jazz, 4), 0);
  near(await value({ targets: { tempo: 120, weight: 4 } }, 0), -4);
  near(await value({ targets: { tempo: 120, weight: 4 } }, 30), -4 * Math.log2(120 / 90));
  near(await value({ targets: { energy: 0.5, tempo: 64, weight: 4 } }, 4), -4 * 0.05);
  near(await value({ targets: { energy: 0.5, weight: 4 } }, 5), -4);
  const average = popularity.reduce((sum, share) => sum + share, 0) / COUNT;
  near(await value({ novelty: 0.5 }, 9), -0.25 * (popularity[9]! - average));
});

test("what is asked for within some tracks is found among them alone", () => {
  const within = noTracks(COUNT);
  for (const row of [3, 50, 99]) addTrack(within, row as TrackIndex);
  const search = {
    tastes: { short: Float32Array.of(1, 0, 0) },
    weights: wholeBlend({ short: 1 }),
    excluded: [50 as TrackIndex],
  };
  const nothing = { push: undefined, adjustment: undefined };
  const found = openCandidates(retriever, search, nothing)(10, within);
  assert.deepEqual(found.map(({ index }) => index).sort(), [3, 99]);
});

test("a list that asks for the same depth at each of its places searches the pool once", () => {
  const searched: number[] = [];
  const counting: Retriever = {
    ...retriever,
    retrieve(query) {
      searched.push(query.k);
      return retriever.retrieve(query);
    },
  };
  const search = {
    tastes: { short: Float32Array.of(1, 0, 0) },
    weights: wholeBlend({ short: 1 }),
    excluded: [],
  };
  const find = openCandidates(counting, search, { push: undefined, adjustment: undefined });
  for (let place = 0; place < 5; place++) {
    assert.deepEqual(
      [find(10).length, find(40).length, find(1, noTracks(COUNT)).length],
      [10, 40, 0],
    );
  }
  assert.deepEqual(searched, [10, 40, 1, 1, 1, 1, 1]);
});
