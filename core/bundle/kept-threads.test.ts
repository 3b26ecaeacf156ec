import assert from "node:assert/strict";
import { test } from "node:test";
import { randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import type { BundleGraphs } from "./graph-runner.ts";
import { keepThreads } from "./kept-threads.ts";

const SIZES = { tracks: 4, dimension: 5, hidden: 7, features: [] } as const;

test("a bundle is run by the thread of the runner that was closed before it", async () => {
  const threads = keepThreads();
  const [one, two, other] = [1, 2, 3].map(graphsOf) as [BundleGraphs, BundleGraphs, BundleGraphs];
  const before = await threads.start(one);
  const beside = await threads.start(two);
  assert.equal(threadsNow(), 2);
  await before.close();
  const after = await threads.start(other);
  assert.equal(threadsNow(), 2);
  const wave = { model: "short", rows: 1, ...zeros() } as const;
  assert.notDeepEqual(await beside.step(wave), await after.step(wave), "each runs its own");
  await assert.rejects(before.step(wave), { code: "bug" });
  for (const open of [beside, after, threads]) await open.close();
  assert.equal(threadsNow(), 0);
});

test("a thread whose bundle was refused takes the next one", async () => {
  const threads = keepThreads();
  const good = graphsOf(1);
  const broken = { models: { short: { ...good.models.short!, step: new Uint8Array([1]) } } };
  await assert.rejects(threads.start(broken), { code: "bad_bundle" });
  assert.equal(threadsNow(), 1);
  const runner = await threads.start(good);
  assert.equal(threadsNow(), 1);
  await threads.close();
  assert.equal((await runner.step({ model: "short", rows: 1, ...zeros() })).length, SIZES.hidden);
  await runner.close();
  assert.equal(threadsNow(), 0);
});

function graphsOf(seed: number): BundleGraphs {
  const { models } = randomBundleContent({ ...SIZES, seed });
  const short = { ...models.short!, featureWidth: 0 };
  return { models: { short } };
}

function zeros() {
  return {
    track: new Float32Array(SIZES.dimension).fill(0.5),
    features: new Float32Array(0),
    hidden: new Float32Array(SIZES.hidden),
  };
}

function threadsNow(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;
}
