import assert from "node:assert/strict";
import { test } from "node:test";
import { linearSkipGraph } from "../../test/fixtures/gru-graphs.ts";
import { randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import { refusal, rewriteBundle, withFolder } from "../../test/fixtures/rewrite-bundle.ts";
import type { BundleContent } from "./bundle.ts";
import { createStepRunner } from "./graph-runner.ts";
import { openBundle } from "./open-bundle.ts";
import { pseudoRandom, randomFloats } from "./pseudo-random.ts";
import { publishBundle } from "./publish-bundle.ts";
import { startWorkerRunner } from "./worker-runner.ts";

const SIZES = { dimension: 4, hidden: 6, featureWidth: 0 };
const WEIGHTS = randomFloats(pseudoRandom(3), SIZES.hidden + SIZES.dimension);

/** A bundle of a short-term model with a skip head and a long-term one without. */
function content(weights = WEIGHTS): BundleContent {
  const plain = randomBundleContent({ ...SIZES, tracks: 20, features: [], seed: 1 });
  const short = { ...plain.models.short!, skip: linearSkipGraph(SIZES, weights) };
  const models = { ...plain.models, short };
  return { ...plain, models, blend: { ...plain.blend, skips: 2 } };
}

test("a skip head is published, opened and run, in a thread of its own too", async () => {
  await withFolder(async (folder) => {
    await publishBundle(folder, content());
    const bundle = await openBundle(folder);
    assert.equal(bundle.manifest.blend.skips, 2);
    assert.equal(bundle.models.long!.skip, undefined);
    const random = pseudoRandom(4);
    const rows = 3;
    const hidden = randomFloats(random, rows * SIZES.hidden);
    const track = bundle.models.short!.outputVectors.slice(0, rows * SIZES.dimension);
    const asked = { model: "short", rows, hidden, track } as const;
    const runner = await createStepRunner(bundle);
    const logits = await runner.skip(asked);
    for (const [row, logit] of logits.entries()) {
      const inputs = [
        ...hidden.subarray(row * SIZES.hidden, (row + 1) * SIZES.hidden),
        ...track.subarray(row * SIZES.dimension, (row + 1) * SIZES.dimension),
      ];
      const expected = inputs.reduce((sum, value, at) => sum + value * WEIGHTS[at]!, 0.5);
      assert.ok(Math.abs(logit - expected) < 1e-5);
    }
    await assert.rejects(runner.skip({ ...asked, model: "long" }), /no skip graph/);
    await runner.close();
    const worker = await startWorkerRunner(bundle);
    assert.deepEqual(await worker.skip(asked), logits);
    await worker.close();
  });
});

test("a skip head that does not give its golden logits is refused", async () => {
  await withFolder(async (folder) => {
    await publishBundle(folder, content());
    await rewriteBundle(folder, (_, files) => {
      files["models.short.skip"] = linearSkipGraph(
        SIZES,
        WEIGHTS.map((weight) => -weight),
      );
    });
    await assert.rejects(openBundle(folder), refusal(/golden.*: skip/));
  });
});

test("golden rows without logits, or with those of no head, are refused", async () => {
  await withFolder(async (folder) => {
    await publishBundle(folder, content());
    await rewriteBundle(folder, (_, files) => {
      const { skip: _skip, ...golden } = JSON.parse(
        Buffer.from(files["models.short.golden"]!).toString(),
      );
      files["models.short.golden"] = Buffer.from(JSON.stringify(golden));
    });
    await assert.rejects(openBundle(folder), refusal(/golden/));
  });
});

test("a skip head of other tensors, and a push out of its range, are refused", async () => {
  await withFolder(async (folder) => {
    await publishBundle(folder, content());
    await rewriteBundle(folder, (_, files) => {
      files["models.short.skip"] = files["models.short.taste"]!;
    });
    await assert.rejects(openBundle(folder), refusal("models.short.skip"));
  });
  await withFolder(async (folder) => {
    await publishBundle(folder, content());
    await rewriteBundle(folder, (manifest) => {
      manifest.blend.skips = -1;
    });
    await assert.rejects(openBundle(folder), refusal("blend.skips"));
  });
});
