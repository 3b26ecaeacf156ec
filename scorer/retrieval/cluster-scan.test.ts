import assert from "node:assert/strict";
import { test } from "node:test";
import type { TrackClusters } from "../../core/bundle/bundle.ts";
import { wholeBlend } from "../../core/bundle/manifest.ts";
import { pseudoRandom, randomFloats } from "../../core/bundle/pseudo-random.ts";
import type { Failure } from "../../core/domain/failure.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import { bruteForce } from "./brute-force.ts";
import { clusterScan } from "./cluster-scan.ts";
import { openRetriever, RECALL_MIN, usedClusters } from "./open-retriever.ts";
import type { RetrievalQuery, TrackSpace } from "./retriever.ts";
import { layOut, openLayout } from "./scan-layout.ts";
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
const clusters: TrackClusters = {
  ...{ reach: 3, recall_at_20: 1, recall_at_100: 1, read_share: 0.1 },
  tracks: Uint32Array.from({ length: COUNT }, (_, row) => {
    return (row % GROUP_TRACKS) * GROUPS + Math.floor(row / GROUP_TRACKS);
  }),
  starts: Uint32Array.from({ length: GROUPS + 1 }, (_, group) => group * GROUP_TRACKS),
};
const layout = openLayout(layOut(space, { clusters }));
const scan = clusterScan(layout, clusters);
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
    assert.deepEqual(scan.retrieve(query), oracle.retrieve(query));
    assert.ok(scan.rowsRead() < COUNT / 4, `${scan.rowsRead()} rows for group ${group}`);
  }
});

test("a search reads on until it has as many tracks as are asked for, up to all", () => {
  const query = queryNear(3, { k: COUNT });
  assert.deepEqual(scan.retrieve(query), oracle.retrieve(query));
  assert.equal(scan.rowsRead(), COUNT);
  const deep = queryNear(3, { k: 700 });
  assert.equal(scan.retrieve(deep).length, 700);
});

test("a filter that leaves only tracks far from the taste still fills the list", () => {
  const unsure = clusterScan(layout, { ...clusters, reach: 0 });
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

test("tracks that a sparse source speaks of are found in whatever cluster they are", () => {
  const spoken = [1, 2, 3].map((group) => (group * 11 + 4 * GROUPS) as TrackIndex);
  const coplay = { tracks: spoken, values: Float32Array.of(30, 20, 10) };
  const weights = wholeBlend({ short: 1, coplay: 1 });
  const query = queryNear(0, { sparse: { coplay }, weights, k: 3 });
  assert.deepEqual(scan.retrieve(query), oracle.retrieve(query));
  assert.equal(scan.rowsRead(), 0, "no cluster can hold a better track");
});

test("clusters that find too little are noticed by name and not used", () => {
  const open = (recall: number) => {
    const noticed: Failure[] = [];
    const found = { ...clusters, reach: 0, recall_at_100: recall };
    const tracks = layOut(space, { clusters: usedClusters({ clusters: found }) });
    const retriever = openRetriever({ clusters: found }, tracks, (failure) => {
      noticed.push(failure);
    });
    return { retriever, noticed };
  };
  const refused = open(RECALL_MIN - 0.001);
  assert.deepEqual(
    refused.noticed.map(({ code, field }) => [code, field]),
    [["bad_bundle", "clusters.recall_at_100"]],
  );
  const query = queryNear(0, { k: 200 });
  assert.deepEqual(refused.retriever.retrieve(query), oracle.retrieve(query));
  const used = open(RECALL_MIN);
  assert.deepEqual(used.noticed, []);
  assert.ok("rowsRead" in used.retriever);
});
