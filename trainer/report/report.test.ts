import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { BASELINES } from "../baselines/baselines.ts";
import { parseTrainingConfig } from "../config.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { simulate } from "../simulate/simulate.ts";
import { train } from "../train.ts";
import { collectReport, type ReportData } from "./collect-report.ts";
import { renderReport } from "./render-report.ts";

const folder = temporaryFolder();
const [world, bundle] = [join(folder, "world"), join(folder, "bundle")];
let data: ReportData;

before(async () => {
  await simulate({ listeners: 12, tracks: 60, days: 4, seed: 3, out: world });
  const model = { hidden: 8, dimension: 8, lanes: 8, negatives: 8, epochs: 2 };
  const config = parseTrainingConfig({ short: model, long: model });
  await train({ logFolder: world, outFolder: bundle, config, seed: 1 });
  data = await collectReport({
    bundleFolder: bundle,
    logFolder: world,
    trainFolder: world,
    threads: 2,
    progress: () => undefined,
  });
});

test("the blend's figures are those of evaluate, and every baseline answers as often", async () => {
  const task = { bundleFolder: bundle, logFolder: world, threads: 1, progress: () => undefined };
  const expected = await evaluate(task);
  const { compared } = data;
  for (const [name, figures] of Object.entries(expected.by_source)) {
    const { intervals: _, blend_minus: __, ...ranks } = compared.by_source[name]!;
    assert.deepEqual(ranks, figures, name);
  }
  assert.ok(expected.predictions > 100);
  assert.equal(Object.keys(compared.baselines).length, BASELINES.length - 1);
  for (const { predictions } of Object.values(compared.baselines)) {
    assert.equal(predictions, expected.predictions);
  }
});

test("every figure lies in its interval, and the blend differs from itself by nothing", () => {
  const { by_source: sources, baselines } = data.compared;
  assert.equal(sources.blend!.blend_minus, undefined);
  for (const figures of [...Object.values(sources), ...Object.values(baselines)]) {
    const [low, high] = figures.intervals["recall@20"];
    assert.ok(low <= figures["recall@20"] && figures["recall@20"] <= high);
  }
});

test("groups hold every prediction once, and shares add up to one", () => {
  for (const { title, groups } of data.breakdowns) {
    const sum = groups.reduce((total, { predictions }) => total + predictions, 0);
    assert.equal(sum, data.compared.predictions - data.compared.unknown_targets, title);
  }
  const shares = Object.values(data.shares).reduce((sum, share) => sum + share, 0);
  assert.ok(Math.abs(shares - 1) < 1e-9);
  assert.ok(data.breakdowns.some(({ title }) => title === "By time away"));
});

test("the page stands alone: no script, no address, and every tag is closed", () => {
  const page = renderReport(data);
  assert.ok(!/<script|<link|<img|https?:|url\(|@import/.test(page));
  const open: string[] = [];
  const body = page.slice(page.indexOf("<body>"), page.indexOf("</html>"));
  const tags = body.matchAll(/<(\/?)([a-z0-9]+)[^>]*?(\/?)>/g);
  for (const [, closes, name, alone] of tags) {
    if (closes) assert.equal(open.pop(), name);
    else if (!alone) open.push(name!);
  }
  assert.deepEqual(open, []);
  assert.ok(!/NaN|undefined|Infinity/.test(page));
  for (const word of [
    "Recall and rank",
    "Learning",
    "What was not learned from",
    "minimum support",
  ]) {
    assert.ok(page.includes(word), word);
  }
  for (const word of ["The blend", "Costs", "vsknn", "vmis knn"]) {
    assert.ok(page.includes(word), word);
  }
  assert.equal(renderReport(data), page);
});

test("names from outside are shown, not run", () => {
  const page = renderReport({ ...data, log: { ...data.log, name: '<b onload="x">&' } });
  assert.ok(page.includes("&lt;b onload=&quot;x&quot;&gt;&amp;"));
  assert.ok(!page.includes("<b onload"));
});
