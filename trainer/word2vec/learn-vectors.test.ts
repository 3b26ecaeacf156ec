import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import type { TrackId } from "../../core/domain/ids.ts";
import { readCatalogue } from "../../core/log-folder/read-log-folder.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { readSequences } from "../read-sequences.ts";
import { simulate } from "../simulate/simulate.ts";
import {
  ARCHITECTURES,
  type Architecture,
  learnVectors,
  type TrackSequences,
  type VectorSettings,
} from "./learn-vectors.ts";
import { keepingChances } from "./subsampling.ts";

const folder = join(temporaryFolder(), "world");
let sequences: TrackSequences;
/** [tracks]: each track's first artist. */
let artists: readonly string[];

before(async () => {
  await simulate({ listeners: 60, tracks: 120, days: 14, seed: 5, out: folder });
  const rules = { idleTimeoutMs: 30 * 60_000, trackSupportMin: 1 };
  const { trackIds, track, sessionStarts: starts } = await readSequences(folder, rules);
  sequences = { tracks: trackIds.length, track, starts };
  const byTrack = new Map<TrackId, string>();
  for await (const { track: id, artists } of readCatalogue(folder)) {
    byTrack.set(id as TrackId, artists[0]!.id);
  }
  artists = trackIds.map((id) => byTrack.get(id)!);
});

function settings(architecture: Architecture): VectorSettings {
  return {
    architecture,
    dimension: 16,
    windowTracks: 3,
    negatives: 5,
    negativeExponent: 0.75,
    subsamplingThreshold: 1e-2,
    epochs: 5,
    learningRate: architecture === "cbow" ? 0.2 : 0.05,
    lastRateShare: 0.01,
  };
}

for (const architecture of ARCHITECTURES) {
  test(`${architecture}: tracks of one artist come to lie nearer than others`, async () => {
    const vectors = await learnVectors(sequences, settings(architecture), { seed: 1 });
    const [same, other] = [true, false].map((wanted) => {
      let [sum, pairs] = [0, 0];
      for (let one = 0; one < sequences.tracks; one++) {
        for (let two = 0; two < one; two++) {
          if ((artists[one] === artists[two]) !== wanted) continue;
          sum += cosine(vectors, one, two);
          pairs++;
        }
      }
      assert.ok(pairs > 50);
      return sum / pairs;
    });
    assert.ok(same! > other! + 0.2, `${same} within an artist, ${other} between two`);
  });

  test(`${architecture}: the same seed gives the same bits, another one others`, async () => {
    const short = { ...settings(architecture), epochs: 1 };
    const learn = (seed: number) => learnVectors(sequences, short, { seed });
    const first = await learn(7);
    assert.deepEqual(await learn(7), first);
    assert.notDeepEqual(await learn(8), first);
  });
}

test("progress counts every play of every epoch, and the loss falls", async () => {
  const told: { done: number; total: number; loss: number }[] = [];
  const run = { seed: 1, progress: (one: (typeof told)[number]) => void told.push(one) };
  await learnVectors(sequences, settings("skip-gram"), run);
  assert.equal(told.at(-1)!.done, 5 * sequences.track.length);
  assert.equal(told.at(-1)!.done, told.at(-1)!.total);
  assert.ok(told.at(-1)!.loss < told[0]!.loss - 0.1);
});

test("a signal that is raised ends the learning, and so does a rate that is too high", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(learnVectors(sequences, settings("cbow"), { seed: 1, signal }), /enough/);
  const wild = { ...settings("skip-gram"), learningRate: 1e30 };
  await assert.rejects(learnVectors(sequences, wild, { seed: 1 }), { code: "training_diverged" });
});

test("frequent tracks lose plays to subsampling by the published formula, rare ones none", () => {
  // Shares .9 and .1 with threshold .025: √(1/36) + 1/36 and √(1/4) + 1/4.
  const [frequent, rare] = keepingChances(Int32Array.of(90, 10), 0.025);
  assert.ok(Math.abs(frequent! - (1 / 6 + 1 / 36)) < 1e-12);
  assert.ok(Math.abs(rare! - 0.75) < 1e-12);
  assert.deepEqual([...keepingChances(Int32Array.of(90, 10, 0), 0)], [1, 1, 1]);
  assert.equal(keepingChances(Int32Array.of(99, 1), 0.5)[1], 1);
});

function cosine(vectors: Float32Array, one: number, two: number): number {
  const [a, b] = [one, two].map((track) => vectors.subarray(track * 16, (track + 1) * 16));
  const dot = (x: Float32Array, y: Float32Array) =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a!, b!) / Math.sqrt(dot(a!, a!) * dot(b!, b!));
}
