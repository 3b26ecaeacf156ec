import assert from "node:assert/strict";
import { test } from "node:test";
import { CODE_VALUES } from "../../core/bundle/manifest.ts";
import { summariseParts } from "../../scorer/retrieval/summarise-parts.ts";
import { seededRandom } from "../random.ts";
import { divideClusters } from "./divide-clusters.ts";

const SUBSPACES = 8;
const [KINDS, EACH] = [4, 80];
const COUNT = KINDS * EACH;
/** A code of value v stands for v, in one coordinate. */
const books = Float32Array.from({ length: SUBSPACES * CODE_VALUES }, (_, at) => at % CODE_VALUES);
const widths = new Uint32Array(SUBSPACES).fill(1);
/** All codes of a track are three times its kind, the first one or more: kinds stand far apart. */
const codes = Uint32Array.from({ length: COUNT }, (_, track) => {
  const own = 3 * (track % KINDS);
  return own * 0x11111111 + (Math.floor(track / KINDS) % 3);
});
/** The first cluster has tracks of all kinds, the second none, the third few. */
const clustered = {
  tracks: Uint32Array.from({ length: COUNT }, (_, track) => track),
  starts: Uint32Array.of(0, COUNT - 20, COUNT - 20, COUNT),
};
const plan = () => ({
  ...{ random: seededRandom(2, "test"), progress: () => undefined, stopCheck: () => undefined },
});

test("tracks with like codes come into parts of their own, within their cluster", () => {
  const coded = { widths, books, codes };
  const { clustered: ordered, parts } = divideClusters(clustered, coded, plan());
  assert.deepEqual(ordered.starts, clustered.starts);
  assert.deepEqual(ordered.tracks.toSorted(), clustered.tracks);
  assert.ok(parts.includes(COUNT - 20) && parts.at(-1) === COUNT);
  for (let part = 0; parts[part]! < COUNT - 20; part++) {
    const own = ordered.tracks.subarray(parts[part], parts[part + 1]);
    assert.deepEqual(own, own.toSorted());
    assert.equal(new Set(Array.from(own, (track) => track % KINDS)).size, 1, `part ${part}`);
  }
  assert.deepEqual(divideClusters(clustered, coded, plan()).parts, parts, "by the seed alone");
});

test("a part is told by what its tracks' codes stand for, on average, and how far they are", () => {
  const parts = Uint32Array.of(0, COUNT - 20, COUNT - 10, COUNT);
  const summary = summariseParts(clustered, parts, { widths, books, codes });
  assert.deepEqual(summary.clusters, Uint32Array.of(0, 2, 2));
  for (const [part, spread] of summary.spreads.entries()) {
    const own = clustered.tracks.subarray(parts[part], parts[part + 1]);
    const values = Array.from({ length: SUBSPACES }, (_, subspace) =>
      Array.from(own, (track) => (codes[track]! >>> (4 * subspace)) & 15),
    );
    const means = values.map((all) => all.reduce((sum, value) => sum + value, 0) / all.length);
    const squares = values.map((all, at) =>
      all.reduce((sum, value) => sum + (value - means[at]!) ** 2 / all.length, 0),
    );
    const wanted = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
    assert.ok(Math.abs(spread - wanted) < 1e-3, `${spread} is not ${wanted}`);
    for (const [subspace, mean] of means.entries()) {
      const centre = summary.centres[part * SUBSPACES + subspace]!;
      assert.ok(Math.abs(centre - mean) <= 0.5 + 1e-6, `${centre} is not near ${mean}`);
    }
  }
  const whole = summary.shares.reduce((sum, share) => sum + share, 0);
  assert.ok(Math.abs(whole - 1) < 1e-5);
});
