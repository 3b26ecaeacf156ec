import assert from "node:assert/strict";
import { test } from "node:test";
import { randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import {
  type LooseManifest,
  refusal,
  rewriteBundle,
  withFolder,
} from "../../test/fixtures/rewrite-bundle.ts";
import type { TrackClusters } from "./bundle.ts";
import { openBundle } from "./open-bundle.ts";
import { publishBundle } from "./publish-bundle.ts";
import { publishWithClusters } from "./publish-files.ts";

const CLUSTERS: TrackClusters = {
  reach: 2.5,
  recall_at_20: 0.97,
  recall_at_100: 0.981,
  read_share: 0.07,
  tracks: Uint32Array.of(3, 0, 5, 1, 2, 4),
  starts: Uint32Array.of(0, 2, 2, 6),
};
/** Of two models of 3 columns: W is 9. */
const CODED: TrackClusters = {
  ...CLUSTERS,
  reach_at_100: 2,
  margin_at_100: 0.125,
  codes: {
    margin: 0.25,
    axes: Float32Array.from({ length: 3 * 9 }, (_, at) => at / 8),
    widths: Uint32Array.of(2, 1, 0, 0, 0, 0, 0, 0),
    books: Float32Array.from({ length: 3 * 16 }, (_, at) => 1 - at / 4),
    codes: Uint32Array.of(1, 2, 3, 4, 5, 0xffffffff),
  },
};
const DIVIDED: TrackClusters = {
  ...CODED,
  codes: { ...CODED.codes!, parts: Uint32Array.of(0, 1, 2, 5, 6) },
};
const sizes = { tracks: 6, dimension: 3, hidden: 4, features: [], seed: 3 } as const;
const plain = randomBundleContent(sizes);

test("clusters come back as they were published, and a bundle may have none", () =>
  withFolder(async (folder) => {
    await publishBundle(folder, { ...plain, clusters: CLUSTERS });
    const { clusters, manifest } = await openBundle(folder);
    assert.deepEqual(clusters, CLUSTERS);
    assert.equal(manifest.clusters?.count, 3);
    await publishBundle(folder, { ...plain, clusters: CODED });
    assert.deepEqual((await openBundle(folder)).clusters, CODED);
    await publishBundle(folder, { ...plain, clusters: DIVIDED });
    assert.deepEqual((await openBundle(folder)).clusters, DIVIDED);
    await publishBundle(folder, plain);
    assert.equal((await openBundle(folder)).clusters, undefined);
  }));

test("clusters are added to a bundle, and changed, with all its other files as they are", () =>
  withFolder(async (from) => {
    await publishBundle(from, plain);
    const before = await openBundle(from);
    await withFolder(async (folder) => {
      await publishWithClusters(from, folder, CLUSTERS);
      const added = await openBundle(folder);
      assert.deepEqual(added.clusters, CLUSTERS);
      const { clusters: _clusters, id, files, ...rest } = added.manifest;
      const { id: idBefore, files: filesBefore, ...restBefore } = before.manifest;
      assert.deepEqual(rest, restBefore);
      assert.notEqual(id, idBefore);
      for (const [name, file] of Object.entries(filesBefore)) assert.deepEqual(files[name], file);
      const other = { ...CLUSTERS, tracks: CLUSTERS.tracks.toReversed() };
      await publishWithClusters(folder, folder, other);
      const changed = await openBundle(folder);
      assert.deepEqual(changed.clusters, other);
      const count = Object.keys(filesBefore).length;
      assert.equal(Object.keys(changed.manifest.files).length, count + 2);
    });
  }));

type Edit = (manifest: LooseManifest, files: Record<string, Uint8Array>) => unknown;

const integers = (key: string, ...values: number[]): Edit => {
  return (_, files) => {
    files[key] = new Uint8Array(Uint32Array.from(values).buffer);
  };
};

const numbers = (key: string, ...values: number[]): Edit => {
  return (_, files) => {
    files[key] = new Uint8Array(Float32Array.from(values).buffer);
  };
};

const codesOf = (clusters: LooseManifest) => clusters.codes as LooseManifest;

const refusals: readonly [what: string, field: string | RegExp, edit: Edit][] = [
  ["a key too many", "clusters.k", ({ clusters }) => (clusters.k = 1)],
  ["a key too few", "clusters.reach", ({ clusters }) => delete clusters.reach],
  ["no cluster", "clusters.count", ({ clusters }) => (clusters.count = 0)],
  ["another number of clusters", "clusters.starts", ({ clusters }) => (clusters.count = 4)],
  ["a reach below 0", "clusters.reach", ({ clusters }) => (clusters.reach = -1)],
  ["a recall above 1", "clusters.recall_at_100", ({ clusters }) => (clusters.recall_at_100 = 1.1)],
  ["a share that is a word", "clusters.read_share", ({ clusters }) => (clusters.read_share = "a")],
  ["a file that is not listed", "clusters.tracks", ({ clusters }) => (clusters.tracks = "a.u32")],
  ["a track twice", /clusters.tracks/, integers("clusters.tracks", 3, 0, 5, 1, 2, 2)],
  ["a track that is none", /clusters.tracks/, integers("clusters.tracks", 3, 0, 6, 1, 2, 4)],
  ["a track too few", "clusters.tracks", integers("clusters.tracks", 3, 0, 5, 1, 2)],
  [
    "a key too few of codes",
    "clusters.codes.axes",
    ({ clusters }) => delete codesOf(clusters).axes,
  ],
  [
    "a part of a word",
    "clusters.codes.subspaces",
    ({ clusters }) => (codesOf(clusters).subspaces = 9),
  ],
  ["a margin below 0", "clusters.codes.margin", ({ clusters }) => (codesOf(clusters).margin = -1)],
  [
    "a reach without its margin",
    "clusters.margin_at_100",
    ({ clusters }) => delete clusters.margin_at_100,
  ],
  ["a deep reach below 0", "clusters.reach_at_100", ({ clusters }) => (clusters.reach_at_100 = -1)],
  ["axes of other models", "clusters.codes.axes", numbers("codes.axes", 1, 2, 3)],
  ["a book that is no number", /codes/, numbers("codes.books", ...Array(48).fill(Number.NaN))],
  ["widths of other coordinates", /codes/, integers("codes.widths", 1, 1, 0, 0, 0, 0, 0, 0)],
  ["codes of too few tracks", "clusters.codes.codes", integers("codes.codes", 1, 2, 3)],
  [
    "parts without their number",
    "clusters.codes.part_count",
    ({ clusters }) => delete codesOf(clusters).part_count,
  ],
  ["parts too many", "clusters.codes.parts", integers("codes.parts", 0, 1, 2, 3, 5, 6)],
  ["a part of two clusters", /codes.parts/, integers("codes.parts", 0, 1, 3, 5, 6)],
  ["clusters that go back", /clusters.starts/, integers("clusters.starts", 0, 3, 2, 6)],
  ["clusters that end early", /clusters.starts/, integers("clusters.starts", 0, 2, 2, 5)],
];

test("clusters that are off are refused by their key or file", async () => {
  for (const [what, field, edit] of refusals) {
    await withFolder(async (folder) => {
      await publishBundle(folder, { ...plain, clusters: DIVIDED });
      await rewriteBundle(folder, edit);
      await assert.rejects(openBundle(folder), refusal(field), what);
    });
  }
});
