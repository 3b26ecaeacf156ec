import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openBundle } from "../core/bundle/open-bundle.ts";
import { Failure } from "../core/domain/failure.ts";
import { chainedPlays, writeTestLog } from "../test/support/played-logs.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { parseTrainingConfig } from "./config.ts";
import { train } from "./train.ts";

const model = { hidden: 16, dimension: 16, lanes: 16, negatives: 16 };
const config = parseTrainingConfig({
  validationShare: 0.1,
  short: { ...model, epochs: 8 },
  long: { ...model, dimension: 12, epochs: 2, steps: 3, inputDropout: 0.1, tasteDropout: 0.1 },
});
const plays = chainedPlays(600, 1);

test("a log in which each track leads to another is learned", async () => {
  const outFolder = join(temporaryFolder(), "bundle");
  const logFolder = await writeTestLog(plays);
  const result = await train({ logFolder, outFolder, config, seed: 1 });
  const short = result.validation.short!;
  assert.equal(short.predictions, 60 * 7);
  assert.ok(short.recall1 > 0.85, `recall@1 is ${short.recall1}, popularity's about 0.04`);
  const bundle = await openBundle(outFolder);
  assert.equal(bundle.manifest.id, result.bundle);
  assert.equal(bundle.trackIds.length, 30);
  assert.equal(bundle.models.short!.hidden, 16);
  assert.deepEqual(bundle.models.short!.features, ["gap"]);
  assert.deepEqual(bundle.models.long!.features, ["gap", "session_start"]);
  assert.equal(bundle.models.long!.dimension, 12);
  assert.equal(bundle.sources.neighbours!.sessionStarts.length, 601);
  const { starts, successors, shares } = bundle.sources.coplay!;
  assert.equal(starts.length, 31);
  assert.equal(successors.length, shares.length);
});

const FORMS: Readonly<Record<string, { readonly hidden: number } & Record<string, unknown>>> = {
  "LSTMs upon each other": { hidden: 2 * 2 * 16, settings: { cell: "lstm", layers: 2 } },
  "a skip connection and separate vectors": {
    hidden: 16 + 16,
    settings: { skipConnection: true, vectors: "separate", normalise: "taste", momentum: 0.1 },
  },
  "normalised gates and BPR-max": {
    hidden: 16,
    settings: { normalise: "gates", loss: "bpr-max", bprRegulariser: 0.1 },
  },
};

for (const [name, { hidden, settings }] of Object.entries(FORMS)) {
  test(`a model of ${name} learns the same log and is served by the same format`, async () => {
    const outFolder = join(temporaryFolder(), "bundle");
    const logFolder = await writeTestLog(plays);
    const form = parseTrainingConfig({
      validationShare: 0.1,
      short: { ...model, epochs: 8, ...(settings as object) },
      long: { enabled: false },
    });
    const { validation } = await train({ logFolder, outFolder, config: form, seed: 1 });
    const { recall1 } = validation.short!;
    assert.ok(recall1 > 0.7, `recall@1 is ${recall1}, popularity's about 0.04`);
    const { short } = (await openBundle(outFolder)).models;
    assert.equal(short!.hidden, hidden);
    const separate = short!.inputVectors.some((value, at) => value !== short!.outputVectors[at]);
    assert.equal(separate, "vectors" in (settings as object));
  });
}

test("what is switched off is not in the bundle", async () => {
  const outFolder = join(temporaryFolder(), "bundle");
  const logFolder = await writeTestLog(plays.slice(0, 400));
  const off = { enabled: false };
  const alone = parseTrainingConfig({
    short: { ...model, epochs: 1 },
    long: off,
    neighbours: off,
    coplay: off,
  });
  await train({ logFolder, outFolder, config: alone, seed: 1 });
  const { manifest, sources } = await openBundle(outFolder);
  assert.deepEqual(sources, {});
  assert.equal(manifest.sources, undefined);
  assert.equal(manifest.blend.neighbours, 0);
});

test("the same seed gives the same bundle, another seed another", async () => {
  const logFolder = await writeTestLog(plays.slice(0, 800), "numbered");
  const small = parseTrainingConfig({
    short: { ...model, epochs: 2 },
    long: { ...model, epochs: 1 },
  });
  const bundles: string[] = [];
  for (const seed of [5, 5, 6]) {
    const outFolder = join(temporaryFolder(), "bundle");
    bundles.push((await train({ logFolder, outFolder, config: small, seed })).bundle);
  }
  assert.equal(bundles[0], bundles[1]);
  assert.notEqual(bundles[0], bundles[2]);
});

test("an interrupted training publishes nothing and leaves nothing", async () => {
  const outFolder = join(temporaryFolder(), "bundle");
  const logFolder = await writeTestLog(plays);
  const interrupt = new AbortController();
  const reason = new Error("interrupted");
  const training = train({
    logFolder,
    outFolder,
    config,
    seed: 1,
    signal: interrupt.signal,
    progress: ({ epoch }) => epoch === 2 && interrupt.abort(reason),
  });
  await assert.rejects(training, reason);
  assert.ok(!existsSync(outFolder) || readdirSync(outFolder).length === 0);
});

test("a training that diverges stops and says what to change", async () => {
  const outFolder = join(temporaryFolder(), "bundle");
  const logFolder = await writeTestLog(plays.slice(0, 400));
  const wild = parseTrainingConfig({
    short: { ...model, learningRate: 10 },
    long: { enabled: false },
  });
  await assert.rejects(
    train({ logFolder, outFolder, config: wild, seed: 1 }),
    (error) => error instanceof Failure && error.code === "training_diverged",
  );
  assert.ok(!existsSync(outFolder));
});

test("one model alone makes a bundle", async () => {
  const outFolder = join(temporaryFolder(), "bundle");
  const logFolder = await writeTestLog(plays.slice(0, 400));
  const alone = parseTrainingConfig({ short: { enabled: false }, long: { ...model, epochs: 1 } });
  await train({ logFolder, outFolder, config: alone, seed: 1 });
  const { manifest, models } = await openBundle(outFolder);
  assert.deepEqual(Object.keys(models), ["long"]);
  assert.equal(manifest.blend.short, 0);
  assert.equal(manifest.blend.long, 1);
});
