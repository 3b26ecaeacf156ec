import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { wholeBlend } from "../../core/bundle/manifest.ts";
import type { ModelName, TrackIndex } from "../../core/domain/ids.ts";
import { type Draw, drawer, drawSpace, type Shape } from "../../test/support/drawn-spaces.ts";
import { scalarCodes } from "../../test/support/scalar-codes.ts";
import { bruteForce } from "./brute-force.ts";
import { layOutCodes } from "./code-layout.ts";
import { openCodeSearch } from "./code-search.ts";
import { exactScan } from "./exact-scan.ts";
import { openLayout } from "./model-vectors.ts";
import type { RetrievalQuery, Retriever, SparseSources, TrackSpace } from "./retriever.ts";
import { addTrack, noTracks, type TrackBits } from "./track-bits.ts";

const implementations: [name: string, open: (space: TrackSpace) => Retriever][] = [
  ["brute force", bruteForce],
  ["exact scan", exactScan],
  ["code search without end", (space) => endlessCodeSearch(space, 2)],
];

const tracks = (...indices: number[]) => indices as TrackIndex[];
const floats = (...values: number[]) => Float32Array.from(values);

/** Four tracks in a short space of 2 and a long one of 1. */
const small: TrackSpace = {
  count: 4,
  models: {
    short: { dimension: 2, vectors: floats(1, 0, 0, 1, 1, 1, 1, 1), bias: floats(0, 0, 0, 0) },
    long: { dimension: 1, vectors: floats(0, 0, 0, 4), bias: floats(0, 0.5, 0, 0) },
  },
  popularity: floats(-1, -2, -3, -4),
};

for (const [name, open] of implementations) {
  const list = (query: Partial<RetrievalQuery>) =>
    open(small).retrieve({
      tastes: { short: floats(1, 2), long: floats(1) },
      weights: wholeBlend({ short: 1, long: 1, popularity: 0 }),
      excluded: [],
      k: 4,
      ...query,
    });
  const order = (query: Partial<RetrievalQuery>) => list(query).map(({ index }) => index);

  test(`${name}: the blend of both models decides`, () => {
    assert.deepEqual(
      list({}).map(({ index, score }) => [index, score]),
      [
        [3, 7],
        [2, 3],
        [1, 2.5],
        [0, 1],
      ],
    );
  });

  test(`${name}: each source's part is told and the parts make the score`, () => {
    const [best] = list({ weights: wholeBlend({ short: 1, long: 0.5, popularity: 0.25 }), k: 1 });
    assert.deepEqual(best, {
      index: 3,
      score: 4,
      parts: { short: 3, long: 2, neighbours: 0, coplay: 0, popularity: -1 },
    });
  });

  test(`${name}: a sparse source lifts what it speaks of, and that can be any track`, () => {
    const neighbours = { tracks: Uint32Array.of(2, 0), values: floats(1, 8) };
    const coplay = { tracks: Uint32Array.of(2), values: floats(5) };
    const query = { sparse: { neighbours, coplay }, weights: wholeBlend({ short: 1, long: 1 }) };
    assert.deepEqual(order(query), [3, 2, 1, 0], "a weight of 0 is a wish");
    const weights = { short: 1, long: 1, neighbours: 0.5, coplay: 1, popularity: 0 };
    const found = list({ ...query, weights, k: 3, excluded: tracks(3) });
    assert.deepEqual(
      found.map(({ index, score, parts }) => [index, score, parts.neighbours, parts.coplay]),
      [
        [2, 8.5, 0.5, 5],
        [0, 5, 4, 0],
        [1, 2.5, 0, 0],
      ],
    );
  });

  test(`${name}: of equal scores the lower index comes first`, () => {
    assert.deepEqual(
      order({ weights: wholeBlend({ short: 1, long: 0, popularity: 0 }) }),
      [2, 3, 1, 0],
    );
    assert.deepEqual(
      order({ weights: wholeBlend({ short: 0, long: 0, popularity: 0 }) }),
      [0, 1, 2, 3],
    );
  });

  test(`${name}: excluded tracks never appear, and more than all tracks cannot be had`, () => {
    assert.deepEqual(order({ excluded: tracks(3, 1, 3), k: 100 }), [2, 0]);
    assert.deepEqual(order({ k: 100 }), [3, 2, 1, 0], "the exclusion lasts for one search");
    assert.deepEqual(order({ excluded: tracks(0, 1, 2, 3) }), []);
    assert.deepEqual(order({ k: 0 }), []);
  });

  test(`${name}: only allowed tracks are found, whatever speaks for the others`, () => {
    const coplay = { tracks: Uint32Array.of(3, 0), values: floats(9, 1) };
    const weights = wholeBlend({ short: 1, long: 1, coplay: 1 });
    const query = { allowed: bitsOf(4, tracks(0, 1)), sparse: { coplay }, weights };
    assert.deepEqual(order(query), [1, 0]);
    assert.deepEqual(order({ ...query, excluded: tracks(1) }), [0]);
    assert.deepEqual(order({ allowed: noTracks(4) }), []);
    assert.deepEqual(order({}), [3, 2, 1, 0], "the bitset lasts for one search");
  });

  test(`${name}: without tastes popularity alone decides`, () => {
    const weights = wholeBlend({ short: 1, long: 1, popularity: 1 });
    assert.deepEqual(order({ tastes: {}, weights }), [0, 1, 2, 3]);
  });

  test(`${name}: similar tracks are those of the highest cosine`, async () => {
    const similar = await similarTo(open(small), "short", 2, 2);
    assert.deepEqual(
      similar.map(({ index }) => index),
      [3, 0],
    );
    assert.ok(Math.abs(similar[0]!.similarity - 1) < 1e-6);
    assert.deepEqual((await similarTo(open(small), "long", 0, 9))[0], {
      index: 1,
      similarity: 0,
    });
  });
}

test("searches of all tracks equal brute force bit for bit, whatever is searched", () => {
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.integer(),
        count: fc.integer({ min: 1, max: 300 }),
        shortDimension: fc.integer({ min: 0, max: 40 }),
        longDimension: fc.integer({ min: 0, max: 40 }),
        shape: fc.constantFrom<Shape>("normal", "trained", "equal", "tiny", "few values"),
        weights: fc.record({
          short: weight,
          long: weight,
          neighbours: weight,
          coplay: weight,
          popularity: weight,
        }),
        sparseShare: fc.constantFrom(0, 0.02, 0.3, 1),
        k: fc.integer({ min: 1, max: 330 }),
        excludedShare: fc.constantFrom(0, 0.1, 0.9, 1),
        allowedShare: fc.constantFrom(undefined, 0, 0.02, 0.5),
      }),
      (trial) => {
        const draw = drawer(trial.seed);
        const space = drawSpace(draw, trial);
        const query: RetrievalQuery = {
          tastes: {
            ...(space.models.short && { short: draw.normals(trial.shortDimension) }),
            ...(space.models.long && { long: draw.normals(trial.longDimension) }),
          },
          sparse: drawSparse(draw, trial),
          weights: trial.weights,
          excluded: tracks(...Array(trial.count).keys()).filter(
            () => draw.uniform() < trial.excludedShare,
          ),
          k: trial.k,
          ...(trial.allowedShare !== undefined && {
            allowed: drawBits(draw, trial.count, trial.allowedShare),
          }),
        };
        const expected = bruteForce(space).retrieve(query);
        assert.deepEqual(exactScan(space).retrieve(query), expected);
        assert.deepEqual(endlessCodeSearch(space, 5).retrieve(query), expected);
      },
    ),
    { numRuns: 300 },
  );
});

/** A search by codes in clusters that are drawn, each of which is expected to hold the best track,
 *  and with a margin that lets every track be scored. */
function endlessCodeSearch(space: TrackSpace, clusters: number): Retriever {
  const groups = drawClusters(drawer(clusters), space.count, clusters);
  const [reach, margin] = [1e6, Number.POSITIVE_INFINITY];
  const codes = scalarCodes(space, groups, margin);
  return openCodeSearch(openLayout(layOutCodes(space, { ...groups, codes })), { reach, margin });
}

function drawClusters(draw: Draw, count: number, clusters: number) {
  const places = Array.from({ length: count }, () => draw.below(clusters));
  const byCluster = [...Array(count).keys()].sort((one, two) => places[one]! - places[two]!);
  const starts = Uint32Array.from({ length: clusters + 1 }, (_, cluster) => {
    return places.filter((place) => place < cluster).length;
  });
  return { tracks: Uint32Array.from(byCluster), starts };
}

test("one exact scan answers many searches in a row as if each were the first", async () => {
  const draw = drawer(7);
  const sizes = { count: 500, shortDimension: 20, longDimension: 33, shape: "trained" as const };
  const space = drawSpace(draw, sizes);
  const [scan, oracle] = [exactScan(space), bruteForce(space)];
  for (let turn = 0; turn < 40; turn++) {
    const query: RetrievalQuery = {
      tastes: turn % 3 === 0 ? {} : { short: draw.normals(20), long: draw.normals(33) },
      sparse: drawSparse(draw, { count: 500, sparseShare: (turn % 6) / 10 }),
      weights: {
        short: turn % 4,
        long: turn % 5,
        neighbours: turn % 3,
        coplay: turn % 7,
        popularity: turn % 2,
      },
      excluded: new Set(tracks(...Array.from({ length: 50 }, () => draw.below(500)))),
      k: 1 + draw.below(60),
      ...(turn % 2 === 1 && { allowed: drawBits(draw, 500, 0.5) }),
    };
    assert.deepEqual(scan.retrieve(query), oracle.retrieve(query), `turn ${turn}`);
    const track = draw.below(500);
    const expected = await similarTo(oracle, "long", track, 9);
    assert.deepEqual(await similarTo(scan, "long", track, 9), expected);
  }
});

/** The tracks that are most like one of them. */
function similarTo(retriever: Retriever, model: ModelName, track: number, k: number) {
  const { vectors, dimension } = retriever.space.models[model]!;
  const vector = vectors.subarray(track * dimension, (track + 1) * dimension);
  return retriever.similar({ model, vector, excluded: tracks(track), k });
}

function bitsOf(count: number, some: readonly TrackIndex[]): TrackBits {
  const bits = noTracks(count);
  for (const track of some) addTrack(bits, track);
  return bits;
}

function drawBits(draw: Draw, count: number, share: number): TrackBits {
  return bitsOf(
    count,
    tracks(...Array(count).keys()).filter(() => draw.uniform() < share),
  );
}

const weight = fc.constantFrom(0, 0.3, 1, 17.25);

function drawSparse(
  draw: Draw,
  sizes: { readonly count: number; readonly sparseShare: number },
): SparseSources {
  const source = () => {
    const all = Uint32Array.from({ length: sizes.count }, (_, track) => track);
    const some = all.filter(() => draw.uniform() < sizes.sparseShare);
    return { tracks: some.reverse(), values: draw.normals(some.length).map(Math.abs) };
  };
  return { neighbours: source(), ...(draw.uniform() < 0.7 && { coplay: source() }) };
}
