import assert from "node:assert/strict";
import { symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gruStepGraph } from "../../test/fixtures/gru-graphs.ts";
import { publishRandomBundle } from "../../test/fixtures/random-bundle.ts";
import {
  type LooseManifest,
  refusal,
  rewriteBundle,
  withFolder,
} from "../../test/fixtures/rewrite-bundle.ts";
import { trackHash } from "../domain/hash.ts";
import type { TrackId } from "../domain/ids.ts";
import { openBundle } from "./open-bundle.ts";

const OPTIONS = {
  tracks: 20,
  dimension: 6,
  hidden: 10,
  features: ["kind", "gap"],
  seed: 5,
} as const;

test("the committed bundle of format 1 opens, and its id is what it always was", async () => {
  const folder = join(import.meta.dirname, "../../test/fixtures/bundle-v1");
  const bundle = await openBundle(folder);
  assert.equal(
    bundle.manifest.id,
    "cfb87d136e30d565a95510d12b49b3505bd09cbde33ba797a3fa1f32f82b44ca",
  );
  assert.deepEqual(Object.keys(bundle.models), ["short", "long"]);
  assert.equal(bundle.trackIds[11], "track-11");
});

test("an opened bundle finds tracks by id and by hash", () =>
  withFolder(async (folder) => {
    await publishRandomBundle(folder, OPTIONS);
    const bundle = await openBundle(folder);
    const track = "track-7" as TrackId;
    assert.equal(bundle.indexOf(track), 7);
    assert.equal(bundle.indexOfHash(trackHash(track)), 7);
    const unknown = "track-20" as TrackId;
    assert.equal(bundle.indexOf(unknown), undefined);
    assert.equal(bundle.indexOfHash(trackHash(unknown)), undefined);
  }));

test("tied vectors are one array", () =>
  withFolder(async (folder) => {
    await publishRandomBundle(folder, OPTIONS);
    const { short } = (await openBundle(folder)).models;
    assert.equal(short?.inputVectors, short?.outputVectors);
    assert.equal(short?.inputVectors.length, OPTIONS.tracks * OPTIONS.dimension);
  }));

test("a bundle without a bias has one of zeros", () =>
  withFolder(async (folder) => {
    await publishRandomBundle(folder, OPTIONS);
    await rewriteBundle(folder, (manifest) => {
      delete manifest.files[manifest.models.short.output_bias];
      manifest.models.short.output_bias = null;
    });
    const { short } = (await openBundle(folder)).models;
    assert.deepEqual(short?.outputBias, new Float32Array(OPTIONS.tracks));
  }));

test("a folder without a bundle is refused", () =>
  withFolder((folder) => assert.rejects(openBundle(folder), refusal("manifest.json"))));

/** Right sizes, hashes and id, and something wrong with the meaning. */
const WRONG: readonly (readonly [
  what: string,
  field: RegExp | string,
  edit: (manifest: LooseManifest, files: Record<string, Uint8Array>) => void,
])[] = [
  ["an unknown key", "color", (manifest) => Object.assign(manifest, { color: "red" })],
  ["an unknown key of a model", "models.short.x", (manifest) => (manifest.models.short.x = 1)],
  ["a missing key", "blend", (manifest) => delete manifest.blend],
  ["no model", "models", (manifest) => (manifest.models = {})],
  ["an unknown model", "models.medium", ({ models }) => (models.medium = models.short)],
  ["an unknown feature", /features/, ({ models }) => (models.short.features = ["mood"])],
  ["a feature twice", /features/, ({ models }) => (models.short.features = ["gap", "gap"])],
  ["other features", "models.short.step", ({ models }) => (models.short.features = ["gap"])],
  ["another hidden size", "models.short.step", ({ models }) => (models.short.hidden = 11)],
  ["another dimension", /input_vectors/, ({ models }) => (models.short.dimension = 7)],
  ["no hidden", "models.short.hidden", ({ models }) => (models.short.hidden = 0)],
  ["half a track", "tracks.count", ({ tracks }) => (tracks.count = 19.5)],
  ["a track too few", /popularity|ids/, ({ tracks }) => (tracks.count = 19)],
  ["countless tracks", "tracks.count", ({ tracks }) => (tracks.count = 1e9)],
  ["a negative weight", "blend.short", ({ blend }) => (blend.short = -0.1)],
  ["a weight as text", "blend.short", ({ blend }) => (blend.short = "0.1")],
  ["no weight", "blend", ({ blend }) => Object.assign(blend, { short: 0, long: 0, popularity: 0 })],
  ["no idle timeout", "idle_timeout_ms", (manifest) => (manifest.idle_timeout_ms = 0)],
  ["the parent folder", "tracks.ids", ({ tracks }) => (tracks.ids = "../ids.txt")],
  ["an absolute path", "tracks.ids", ({ tracks }) => (tracks.ids = "/etc/passwd")],
  ["a folder of its own", "tracks.ids", ({ tracks }) => (tracks.ids = "a/ids.txt")],
  ["a hidden file", "tracks.ids", ({ tracks }) => (tracks.ids = ".ids")],
  ["a file not listed", "tracks.ids", ({ tracks }) => (tracks.ids = "ids.txt")],
  ["a name of no own property", "tracks.ids", ({ tracks }) => (tracks.ids = "toString")],
  ["two equal ids", /^track-ids/, ids("track-3", "track-4")],
  ["two ids of one hash", /^track-ids/, ids("track-3", "t3losq!", "track-4", "t79nxe\u1ba8")],
  ["an empty id", /^track-ids/, ids("track-3", "")],
  ["an id of 257 bytes", /^track-ids/, ids("track-3", "é".repeat(128).concat("x"))],
  ["ids that are no UTF-8", /^track-ids/, bytes("tracks.ids", (ids) => ids.fill(0xff, 0, 1))],
  ["ids without the last end", /^track-ids/, bytes("tracks.ids", (ids) => ids.fill(120, -1))],
  ["NaN in a vector", /input-vectors/, number("models.short.input_vectors", Number.NaN)],
  ["infinity in a vector", /input-vectors/, number("models.long.input_vectors", Infinity)],
  ["NaN in the popularity", /popularity/, number("tracks.popularity", Number.NaN)],
  ["NaN in a bias", /output-bias/, number("models.short.output_bias", Number.NaN)],
  ["the other model's graph", /golden.*hidden_next/, swapped("models.short.step")],
  ["the other model's taste", /golden.*taste/, swapped("models.short.taste")],
  ["a taste for a step", "models.short.step", (manifest) => stepIsTaste(manifest)],
  ["a golden of nothing", /golden/, golden((rows) => Object.assign(rows, { track: [] }))],
  ["golden rows too short", /golden.*track/, golden(({ track }) => track[0].pop())],
  ["a null in the golden", /golden.*taste/, golden(({ taste }) => (taste[0][0] = null))],
  ["a generous golden", /tolerance/, golden((rows) => (rows.tolerance = 10))],
  ["another golden output", /golden.*taste/, golden(({ taste }) => (taste[3][2] += 0.01))],
  ["NaN weights", /golden.*hidden_next/, (_, files) => (files["models.short.step"] = nanGraph())],
];

for (const [what, field, edit] of WRONG) {
  test(`a bundle with ${what} is refused though its hashes are right`, () =>
    withFolder(async (folder) => {
      await publishRandomBundle(folder, OPTIONS);
      await rewriteBundle(folder, edit);
      await assert.rejects(openBundle(folder), refusal(field));
    }));
}

test("a bundle of another format is refused, and both formats are named", () =>
  withFolder(async (folder) => {
    await publishRandomBundle(folder, OPTIONS);
    await rewriteBundle(folder, (manifest) => (manifest.format = "segue.bundle/0"));
    const named = /segue\.bundle\/0.*segue\.bundle\/1/;
    await assert.rejects(openBundle(folder), { code: "bad_bundle", message: named });
  }));

test("weights for a model that the bundle lacks are refused", () =>
  withFolder(async (folder) => {
    await publishRandomBundle(folder, { ...OPTIONS, models: ["short"] });
    await rewriteBundle(folder, (manifest) => (manifest.blend.long = 0.5));
    await assert.rejects(openBundle(folder), refusal("blend.long"));
  }));

test("a link in place of a file is refused, even to the right bytes", () =>
  withFolder((outside) =>
    withFolder(async (folder) => {
      await publishRandomBundle(folder, OPTIONS);
      const { manifest } = await openBundle(folder);
      const name = manifest.models.short!.input_vectors;
      const target = join(outside, "vectors");
      const { inputVectors } = (await openBundle(folder)).models.short!;
      await writeFile(target, inputVectors);
      await unlink(join(folder, name));
      await symlink(target, join(folder, name));
      await assert.rejects(openBundle(folder), refusal(name));
    }),
  ));

function bytes(key: string, edit: (bytes: Uint8Array) => void) {
  return (_: LooseManifest, files: Record<string, Uint8Array>) => {
    const copy = Uint8Array.from(files[key]!);
    edit(copy);
    files[key] = copy;
  };
}

/** Renames tracks, in pairs of old and new id. */
function ids(...pairs: string[]) {
  return (_: LooseManifest, files: Record<string, Uint8Array>) => {
    let text = Buffer.from(files["tracks.ids"]!).toString();
    for (let at = 0; at < pairs.length; at += 2) {
      text = text.replace(`${pairs[at]}\n`, `${pairs[at + 1]}\n`);
    }
    files["tracks.ids"] = Buffer.from(text);
  };
}

/** Sets the fourth number of a file. */
function number(key: string, value: number) {
  return bytes(key, (copy) => new Float32Array(copy.buffer).fill(value, 3, 4));
}

function swapped(key: string) {
  return (_: LooseManifest, files: Record<string, Uint8Array>) => {
    files[key] = files[key.replace("short", "long")]!;
  };
}

function stepIsTaste({ models, files }: LooseManifest): void {
  delete files[models.short.step];
  models.short.step = models.short.taste;
}

function golden(edit: (golden: LooseManifest) => void) {
  return (_: LooseManifest, files: Record<string, Uint8Array>) => {
    const key = "models.short.golden";
    const rows = JSON.parse(Buffer.from(files[key]!).toString());
    edit(rows);
    files[key] = Buffer.from(JSON.stringify(rows));
  };
}

function nanGraph(): Uint8Array {
  const sizes = { dimension: 6, featureWidth: 9, hidden: 10 };
  return gruStepGraph(sizes, {
    inputWeights: new Float32Array(3 * 10 * 15).fill(Number.NaN, 7, 8),
    hiddenWeights: new Float32Array(3 * 10 * 10),
    inputBias: new Float32Array(30),
    hiddenBias: new Float32Array(30),
  });
}
