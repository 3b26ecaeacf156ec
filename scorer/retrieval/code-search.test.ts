import assert from "node:assert/strict";
import { test } from "node:test";
import type { TrackClusters } from "../../core/bundle/bundle.ts";
import { wholeBlend } from "../../core/bundle/manifest.ts";
import { pseudoRandom, randomFloats } from "../../core/bundle/pseudo-random.ts";
import type { Failure } from "../../core/domain/failure.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import { scalarCodes } from "../../test/support/scalar-codes.ts";
import { bruteForce } from "./brute-force.ts";
import { layOutCodes } from "./code-layout.ts";
import { nearMax, openCodeSearch } from "./code-search.ts";
import { openLayout } from "./model-vectors.ts";
import { layOutSearch, openRetriever, RECALL_MIN } from "./open-retriever.ts";
import type { RetrievalQuery, TrackSpace } from "./retriever.ts";
import { addTrack, noTracks } from "./track-bits.ts";

const [GROUPS, GROUP_TRACKS, DIMENSION] = [40, 50, 24];
const COUNT = GROUPS * GROUP_TRACKS;
const random = pseudoRandom(5);
const centres = randomFloats(random, GROUPS * DIMENSION);
/** Track i is near the centre of group i mod 40. */
const space: TrackSpace = {
  count: COUNT,
  models: {
    short: {
      dimension: DIMENSION,
      vectors: Float32Array.from({ length: COUNT * DIMENSION }, (_, at) => {
        const group = Math.floor(at / DIMENSION) % GROUPS;
        return centres[group * DIMENSION + (at % DIMENSION)]! + 0.15 * random();
      }),
      bias: randomFloats(random, COUNT, 0.1),
    },
  },
  popularity: randomFloats(random, COUNT),
};
const grouped = {
  tracks: Uint32Array.from({ length: COUNT }, (_, row) => {
    return (row % GROUP_TRACKS) * GROUPS + Math.floor(row / GROUP_TRACKS);
  }),
  starts: Uint32Array.from({ length: GROUPS + 1 }, (_, group) => group * GROUP_TRACKS),
};
/** What codes of 16 values a column are wrong by is a small part of a query's length. */
const MARGIN = 0.1;
const codes = scalarCodes(space, grouped, MARGIN);
const clusters: TrackClusters = {
  ...{ reach: 3, recall_at_20: 1, recall_at_100: 1, read_share: 0.1 },
  ...{ ...grouped, codes },
};
const layout = openLayout(layOutCodes(space, { ...grouped, codes }));
const search = openCodeSearch(layout, { reach: 3, margin: MARGIN });
const oracle = bruteForce(space);

function queryNear(group: number, more: Partial<RetrievalQuery> = {}): RetrievalQuery {
  const from = group * DIMENSION;
  return {
    tastes: { short: centres.subarray(from, from + DIMENSION) },
    weights: wholeBlend({ short: 1, popularity: 0.01 }),
    excluded: [],
    k: 20,
    ...more,
  };
}

test("a search reads few clusters and finds what a plain sort finds", () => {
  for (let group = 0; group < GROUPS; group++) {
    const query = queryNear(group);
    assert.deepEqual(search.retrieve(query), oracle.retrieve(query));
    assert.ok(search.effort().read < COUNT / 4, `${search.effort().read} rows for group ${group}`);
  }
});

test("only tracks that come near the list are scored by their vectors", () => {
  const list = search.retrieve(queryNear(7));
  assert.deepEqual(list, oracle.retrieve(queryNear(7)));
  const { read, scored } = search.effort();
  assert.ok(scored >= list.length && scored < read, `${scored} of ${read}`);
});

test("a search reads on until it has as many tracks as are asked for, up to all", () => {
  const query = queryNear(3, { k: COUNT });
  assert.deepEqual(search.retrieve(query), oracle.retrieve(query));
  assert.equal(search.effort().read, COUNT);
  const deep = queryNear(3, { k: 700 });
  assert.equal(search.retrieve(deep).length, 700);
});

test("a filter that leaves only tracks far from the taste still fills the list", () => {
  const unsure = openCodeSearch(layout, { reach: 0, margin: MARGIN });
  for (const groups of [2, 10, 30]) {
    const allowed = noTracks(COUNT);
    for (let track = 0; track < COUNT; track++) {
      if (track % GROUPS < groups) addTrack(allowed, track as TrackIndex);
    }
    const query = queryNear(GROUPS - 1, { allowed, k: groups * GROUP_TRACKS });
    assert.deepEqual(unsure.retrieve(query), oracle.retrieve(query));
    const some = unsure.retrieve({ ...query, k: 40 });
    assert.ok(some.length === 40 && some.every(({ index }) => index % GROUPS < groups));
  }
});

test("of many tracks the best are found by their codes, of a small part or of all", () => {
  const count = 12_000;
  const large: TrackSpace = {
    ...{ count, popularity: randomFloats(random, count) },
    models: {
      long: {
        dimension: 8,
        vectors: randomFloats(random, count * 8),
        bias: randomFloats(random, count, 0.1),
      },
    },
  };
  const split = {
    tracks: Uint32Array.from({ length: count }, (_, row) => row),
    starts: Uint32Array.from({ length: 61 }, (_, cluster) => cluster * 200),
  };
  const learned = scalarCodes(large, split, 1);
  const all = openLayout(layOutCodes(large, { ...split, codes: learned }));
  const found = openCodeSearch(all, { reach: 1, margin: 1 });
  const allowed = noTracks(count);
  for (let track = 3; track < count; track += 9) addTrack(allowed, track as TrackIndex);
  const coplay = {
    tracks: Uint32Array.of(12, 21, 6),
    values: Float32Array.of(1, 2, 3),
  };
  const tastes = { long: randomFloats(random, 8) };
  const weights = wholeBlend({ long: 1, coplay: 1 });
  const query = { tastes, weights, sparse: { coplay }, allowed, excluded: [], k: 30 };
  assert.deepEqual(found.retrieve(query), bruteForce(large).retrieve(query));
  const { read, scored } = found.effort();
  assert.ok(read === 0 && scored >= 30 && scored < 1_000, `${scored} scored`);

  const { allowed: _allowed, ...whole } = query;
  const expected = bruteForce(large).retrieve(whole);
  const unsure = openCodeSearch(all, { reach: 64, margin: 1_000 });
  assert.deepEqual(unsure.retrieve(whole), expected);
  const { near } = unsure.effort();
  assert.ok(near > 2 * nearMax(count, 30), "more than are looked at are near");

  const parts = evenParts(count, 40);
  const divided = openLayout(layOutCodes(large, { ...split, codes: { ...learned, parts } }));
  const crowded = openCodeSearch(divided, { reach: 64, margin: 1_000 });
  assert.deepEqual(crowded.retrieve(whole), expected);
  const effort = crowded.effort();
  assert.equal(effort.read, count);
  assert.ok(effort.near < near, "those that are too many are dropped on the way");
});

function evenParts(count: number, size: number): Uint32Array {
  return Uint32Array.from({ length: count / size + 1 }, (_, part) => part * size);
}

test("a search reads those parts of a cluster that can hold the best, and finds as much", () => {
  // In each group, in order of their first column.
  const tracks = grouped.tracks.slice();
  const firstOf = (track: number) => space.models.short!.vectors[track * DIMENSION]!;
  for (let group = 0; group < GROUPS; group++) {
    const [start, end] = [grouped.starts[group], grouped.starts[group + 1]];
    tracks.subarray(start, end).sort((one, other) => firstOf(one) - firstOf(other));
  }
  const ordered = { tracks, starts: grouped.starts };
  const parts = evenParts(COUNT, 10);
  const laidOut = layOutCodes(space, { ...ordered, codes: { ...codes, parts } });
  const divided = openCodeSearch(openLayout(laidOut), { reach: 3, margin: MARGIN });
  for (let group = 0; group < GROUPS; group++) {
    const query = queryNear(group, { k: 5 });
    assert.deepEqual(divided.retrieve(query), oracle.retrieve(query));
    assert.ok(divided.effort().read < COUNT / 4, `${divided.effort().read} rows`);
  }
  const all = queryNear(3, { k: COUNT, excluded: [3, 80].map((track) => track as TrackIndex) });
  assert.deepEqual(divided.retrieve(all), oracle.retrieve(all));
  assert.equal(divided.effort().read, COUNT);
});

test("tracks beyond the catalogue that others add are not found, nor in the way", () => {
  const allowed = noTracks(COUNT + 100).fill(0xffffffff);
  const excluded = [COUNT, COUNT + 70, 7 * GROUPS].map((track) => track as TrackIndex);
  for (const more of [{ excluded }, { allowed }, { allowed, excluded }, {}]) {
    const query = queryNear(7, { ...more, k: COUNT });
    assert.deepEqual(search.retrieve(query), oracle.retrieve(query));
  }
});

test("tracks that a sparse source speaks of are found in whatever cluster they are", () => {
  const spoken = Uint32Array.of(1, 2, 3).map((group) => group * 11 + 4 * GROUPS);
  const coplay = { tracks: spoken, values: Float32Array.of(30, 20, 10) };
  const weights = wholeBlend({ short: 1, coplay: 1 });
  const query = queryNear(0, { sparse: { coplay }, weights, k: 3 });
  assert.deepEqual(search.retrieve(query), oracle.retrieve(query));
  assert.equal(search.effort().read, 0, "no cluster can hold a better track");
});

function opened(found: TrackClusters) {
  const noticed: Failure[] = [];
  const retriever = openRetriever(
    { clusters: found },
    layOutSearch({ clusters: found }, space),
    (failure) => noticed.push(failure),
  );
  return { retriever, noticed };
}

test("clusters that find too little, or have no codes, are noticed by name and not used", () => {
  const { codes: _codes, ...uncoded } = clusters;
  const refused: readonly [field: string, found: TrackClusters][] = [
    ["clusters.recall_at_100", { ...clusters, recall_at_100: RECALL_MIN - 0.001 }],
    ["clusters.codes", uncoded],
  ];
  const query = queryNear(0, { k: 200 });
  for (const [field, found] of refused) {
    const { retriever, noticed } = opened(found);
    assert.deepEqual(
      noticed.map((failure) => [failure.code, failure.field]),
      [["bad_bundle", field]],
    );
    assert.deepEqual(retriever.retrieve(query), oracle.retrieve(query));
    assert.ok(!("effort" in retriever));
  }
  const used = opened({ ...clusters, recall_at_100: RECALL_MIN });
  assert.deepEqual(used.noticed, []);
  assert.ok("effort" in used.retriever);
});
