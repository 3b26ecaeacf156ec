import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import { refusal, rewriteBundle, withFolder } from "../../test/fixtures/rewrite-bundle.ts";
import type { BundleContent, ModelContent } from "./bundle.ts";
import { fromInt8Rows, toInt8Rows } from "./int8-rows.ts";
import { openBundle } from "./open-bundle.ts";
import { publishBundle } from "./publish-bundle.ts";

const SIZES = { tracks: 30, dimension: 6, hidden: 7, features: ["gap"], seed: 8 } as const;

function int8Content(change: Partial<ModelContent> = {}): BundleContent {
  const content = randomBundleContent(SIZES);
  const models = Object.entries(content.models).map(([name, model]) => {
    return [name, { ...model, storedVectors: "int8" as const, ...change }];
  });
  return { ...content, models: Object.fromEntries(models) };
}

test("vectors that are stored as int8 open as the rounded rows, a quarter as large on disk", () =>
  withFolder(async (folder) => {
    await publishBundle(folder, int8Content());
    const { models, manifest } = await openBundle(folder);
    const { inputVectors } = randomBundleContent(SIZES).models.short!;
    const rounded = fromInt8Rows(toInt8Rows(inputVectors, SIZES.dimension), SIZES.dimension);
    assert.deepEqual(models.short!.inputVectors, rounded);
    const { input_vectors: name, input_scales: scales } = manifest.models.short!;
    assert.equal(manifest.files[name]!.bytes, SIZES.tracks * SIZES.dimension);
    assert.equal(manifest.files[scales!]!.bytes, SIZES.tracks * 4);
  }));

test("tied int8 vectors are two files and one array", () =>
  withFolder(async (folder) => {
    await publishBundle(folder, int8Content());
    const { models, manifest } = await openBundle(folder);
    assert.equal(models.long!.inputVectors, models.long!.outputVectors);
    const { long } = manifest.models;
    assert.equal(long!.input_vectors, long!.output_vectors);
    assert.equal(long!.input_scales, long!.output_scales);
  }));

test("int8 vectors that are not tied keep scales of their own", () =>
  withFolder(async (folder) => {
    const outputVectors = randomBundleContent(SIZES).models.short!.inputVectors.map((v) => v * 3);
    await publishBundle(folder, int8Content({ outputVectors }));
    const { short } = (await openBundle(folder)).models;
    const rounded = fromInt8Rows(toInt8Rows(outputVectors, SIZES.dimension), SIZES.dimension);
    assert.deepEqual(short!.outputVectors, rounded);
    assert.notDeepEqual(short!.inputVectors, rounded);
  }));

test("a bundle of float32 vectors has no word of scales", () =>
  withFolder(async (folder) => {
    await publishBundle(folder, randomBundleContent(SIZES));
    assert.doesNotMatch(await readFile(join(folder, "manifest.json"), "utf8"), /scales/);
  }));

test("int8 vectors are refused where their scales are wrong", () =>
  withFolder(async (folder) => {
    const refuses = async (edit: Parameters<typeof rewriteBundle>[1], field: RegExp | string) => {
      await publishBundle(folder, int8Content());
      await rewriteBundle(folder, edit);
      await assert.rejects(openBundle(folder), refusal(field));
    };
    const scalesOf = (length: number, value: number) =>
      new Uint8Array(new Float32Array(length).fill(value).buffer);
    const key = "models.short.input_scales";
    await refuses((_, files) => {
      files[key] = scalesOf(SIZES.tracks - 1, 1);
    }, key);
    await refuses((_, files) => {
      files[key] = scalesOf(SIZES.tracks, Number.NaN);
    }, /input-scales/);
    await refuses((_, files) => {
      files[key] = scalesOf(SIZES.tracks, 3e38);
    }, /input-vectors/);
    await refuses((manifest) => {
      manifest.models.short.input_scales = "absent.f32";
    }, key);
    await refuses((manifest) => {
      manifest.models.short.input_scales = 1;
    }, key);
    await refuses((manifest) => {
      delete manifest.models.short.input_scales;
    }, "models.short.input_vectors");
  }));

test("a key of vectors that this version does not know is refused by its name", () =>
  withFolder(async (folder) => {
    await publishBundle(folder, int8Content());
    await rewriteBundle(folder, (manifest) => {
      manifest.models.short.input_codebook = manifest.models.short.input_scales;
    });
    await assert.rejects(openBundle(folder), refusal("models.short.input_codebook"));
  }));
