import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { refusal } from "../../test/fixtures/rewrite-bundle.ts";
import { chainedPlays, writeTestLog } from "../../test/support/played-logs.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { parseTrainingConfig } from "../config.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { train } from "../train.ts";
import { compareBundles } from "./compare-bundles.ts";
import { compress } from "./compress.ts";
import type { CompressionPlan } from "./plan.ts";
import { servedWeights } from "./served-weights.ts";

const SHAPE = { hidden: 24, dimension: 24, lanes: 16, negatives: 16 };
const off = { enabled: false };
const bundleFolder = join(temporaryFolder(), "bundle");
const trainFolder = await writeTestLog(chainedPlays(300, 1));
/** Ingest hears no event that is dated before there was streaming. */
const BEGINS_AT_MS = Date.UTC(2024, 0, 1);
const played = chainedPlays(50, 2).map((event, index) => {
  return { ...event, happenedAtMs: BEGINS_AT_MS + index * 60_000 };
});
const logFolder = await writeTestLog(played);
const config = parseTrainingConfig({
  ...{ validationShare: 0.1, refit: false, neighbours: off, coplay: off },
  ...{ short: { ...SHAPE, epochs: 6 }, long: { ...SHAPE, dimension: 20, epochs: 1 } },
});
await train({ logFolder: trainFolder, outFolder: bundleFolder, config, seed: 1 });

async function compressed(plan: CompressionPlan, learns: boolean): Promise<string> {
  const outFolder = join(temporaryFolder(), "smaller");
  const learning = learns ? { trainFolder, epochs: 6 } : {};
  const task = { bundleFolder, outFolder, logFolder, plan, ...learning, seed: 1 };
  await compress({ ...task, progress: () => undefined, clusterProgress: () => undefined });
  return outFolder;
}

function recall(folder: string): Promise<number> {
  const task = { bundleFolder: folder, logFolder, threads: 1, progress: () => undefined };
  return evaluate(task).then((figures) => figures.by_source.short["recall@1"]);
}

test("a bundle of int8 vectors and steps is smaller and finds nearly as much", async () => {
  const smaller = await compressed({ vectors: "int8", step: "int8" }, false);
  const seen: string[] = [];
  const comparison = await compareBundles(
    { before: bundleFolder, after: smaller },
    {
      ...{ logFolder, threads: 1, cpuUs: () => performance.now() * 1000 },
      progress: (what) => seen.push(what),
    },
  );
  const { before: was, after: is, difference, predictions } = comparison;
  assert.equal(predictions, 50 * 7);
  assert.ok(is.bytes.all < was.bytes.all);
  assert.ok(is.bytes.vectors < was.bytes.vectors / 2);
  assert.ok(is.bytes.steps < was.bytes.steps / 2);
  assert.equal(is.hidden, was.hidden);
  assert.deepEqual(Object.keys(difference), ["blend", "short", "long"]);
  assert.ok(Math.abs(difference.short!["recall@20"].difference) < 0.05);
  for (const figures of [was, is]) {
    const costs = [...Object.values(figures.step_cpu_us), figures.list_cpu_us];
    assert.ok(costs.every((cost) => Number.isFinite(cost) && cost > 0));
  }
  assert.ok(seen.includes("evaluate after"));
});

test("a student is smaller than its teacher, opens, and has learned from it", async () => {
  const student = await compressed({ distil: { hidden: 12 } }, true);
  const { models, manifest } = await openBundle(student);
  const teacher = await openBundle(bundleFolder);
  assert.equal(models.short!.hidden, 12);
  assert.equal(models.long!.hidden, 12);
  assert.ok(models.short!.step.length < teacher.models.short!.step.length / 2);
  assert.deepEqual(models.short!.outputVectors, teacher.models.short!.outputVectors);
  const from = teacher.manifest.id;
  assert.deepEqual(manifest.training.compressed, { from, distil: { hidden: 12 } });
  const found = await recall(student);
  assert.ok(found > 0.6, `recall@1 is ${found}, chance's 0.03`);
});

test("pruned units are gone, and learning makes good for them", async () => {
  const plan: CompressionPlan = { prune: { share: 0.5, by: "units" } };
  const [cut, tuned] = [await compressed(plan, false), await compressed(plan, true)];
  assert.equal((await openBundle(cut)).models.long!.hidden, 12);
  const [ofCut, ofTuned] = [await recall(cut), await recall(tuned)];
  assert.ok(ofTuned >= ofCut && ofTuned > 0.6, `${ofCut} became ${ofTuned}`);
});

test("weights that are pruned stay 0 while the others learn", async () => {
  const plan: CompressionPlan = { prune: { share: 0.6, by: "weights" } };
  const zeros = async (folder: string) => {
    const { dense } = servedWeights((await openBundle(folder)).models.short!);
    return dense.get("hidden")!.values.filter((value) => value === 0).length;
  };
  const count = 24 * 3 * 24;
  assert.equal(await zeros(await compressed(plan, true)), Math.round(0.6 * count));
});

test("the same plan and seed give the same bundle", async () => {
  const plan: CompressionPlan = { step: "int8", distil: { hidden: 8 } };
  const ids = [];
  for (let time = 0; time < 2; time++) {
    ids.push((await openBundle(await compressed(plan, true))).manifest.id);
  }
  assert.equal(ids[0], ids[1]);
});

test("what is compressed already and what would not be smaller is refused", async () => {
  const smaller = await compressed({ vectors: "int8", step: "int8" }, false);
  const outFolder = join(temporaryFolder(), "none");
  const quiet = { progress: () => undefined, clusterProgress: () => undefined };
  const again = { bundleFolder: smaller, outFolder, logFolder, seed: 1, ...quiet };
  const plan: CompressionPlan = { prune: { share: 0.5, by: "units" } };
  await assert.rejects(compress({ ...again, plan }), refusal("models.short.step"));
  const large = { ...again, bundleFolder, trainFolder, plan: { distil: { hidden: 24 } } };
  await assert.rejects(compress(large), /24 units; a student must have fewer/);
  assert.ok(!existsSync(outFolder));
});
