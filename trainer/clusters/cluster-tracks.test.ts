import assert from "node:assert/strict";
import { test } from "node:test";
import { pseudoRandom, randomFloats } from "../../core/bundle/pseudo-random.ts";
import { seededRandom } from "../random.ts";
import type { ClusterPoints } from "./cluster-points.ts";
import { clusterTracks } from "./cluster-tracks.ts";

function pointsOf(rows: Float32Array, width: number): ClusterPoints {
  return {
    count: rows.length / width,
    width,
    gather(tracks, target) {
      for (const [row, track] of tracks.entries()) {
        target.set(rows.subarray(track * width, (track + 1) * width), row * width);
      }
    },
  };
}

const plan = (clusters: number) => ({
  ...{ clusters, random: seededRandom(3, "test") },
  ...{ progress: () => undefined, stopCheck: () => undefined },
});

test("tracks that stand together come into clusters of their own", async () => {
  const [groups, each] = [4, 50];
  const random = pseudoRandom(2);
  const rows = Float32Array.from({ length: groups * each * 2 }, (_, at) => {
    const group = Math.floor(at / 2) % groups;
    return (at % 2 === 0 ? group % 2 : Math.floor(group / 2)) + 0.1 * random();
  });
  const { tracks, starts } = await clusterTracks(pointsOf(rows, 2), plan(12));
  for (let cluster = 0; cluster + 1 < starts.length; cluster++) {
    const members = [...tracks.subarray(starts[cluster], starts[cluster + 1])];
    assert.ok(members.length > 0);
    assert.equal(new Set(members.map((track) => track % groups)).size, 1);
    assert.deepEqual(
      members,
      members.toSorted((one, two) => one - two),
    );
  }
});

test("every track is in one cluster, also of many that are made in two steps", async () => {
  const points = pointsOf(randomFloats(pseudoRandom(4), 3_000 * 3), 3);
  const runs = [await clusterTracks(points, plan(1_100)), await clusterTracks(points, plan(1_100))];
  const [{ tracks, starts }, again] = [runs[0]!, runs[1]!];
  assert.deepEqual(again, { tracks, starts }, "the same seed makes the same clusters");
  assert.deepEqual(
    [...tracks].sort((one, two) => one - two),
    [...Array(3_000).keys()],
  );
  assert.ok(starts.length > 700 && starts.length < 1_500, `${starts.length - 1} clusters`);
  assert.equal(starts.at(-1), 3_000);
});

test("equal points are no reason for clusters without tracks", async () => {
  const points = pointsOf(new Float32Array(100 * 2).fill(1), 2);
  const { starts } = await clusterTracks(points, plan(10));
  assert.deepEqual([...starts], [0, 100]);
});
