import assert from "node:assert/strict";
import { test } from "node:test";
import type { BundleId } from "../core/domain/ids.ts";
import type { BundleFigures } from "../trainer/compress/compare-bundles.ts";
import { compressionTable } from "./compression-table.ts";

function figures(bytes: number, recall: number): BundleFigures {
  return {
    bundle_id: "a1".repeat(32) as BundleId,
    bytes: { all: bytes, vectors: bytes / 2, steps: bytes / 4 },
    hidden: 200,
    step_cpu_us: { "8": bytes / 1e6 },
    list_cpu_us: 500,
    accuracy: { blend: { "recall@20": recall, "mrr@20": recall / 2 } },
  };
}

const change = (difference: number) => ({
  difference,
  interval: [difference - 0.01, difference + 0.01] as const,
  sign_test_p: 1,
});
const comparison = {
  ...{ predictions: 70, before: figures(4e6, 0.5), after: figures(1e6, 0.4) },
  difference: { blend: { "recall@20": change(-0.1), "mrr@20": change(0.005) } },
};

test("a table says what became smaller, and how sure a change in recall is", () => {
  const text = compressionTable({ ...comparison, plan: { vectors: "int8" } });
  assert.match(text, /bundle, MB +4\.00 +1\.00 +−75%/);
  assert.match(text, /event in a wave of 8, CPU us +4\.00 +1\.00 +−75%/);
  assert.match(text, /list of 20, CPU us +500 +500 +\+0%/);
  assert.match(text, /blend recall@20 +0\.5000 +0\.4000 +−0\.1000 +−0\.1100 … −0\.0900/);
  assert.match(text, /blend mrr@20 +0\.2500 +0\.2000 +\+0\.0050 +−0\.0050 … \+0\.0150/);
  assert.match(text, /70 predictions; bundle a1a1a1a1a1a1 → a1a1a1a1a1a1/);
  assert.doesNotMatch(text, /neither bytes nor speed/);
});

test("a table of pruned weights says that zeros gain nothing", () => {
  const plan = { prune: { share: 0.5, by: "weights" as const } };
  assert.match(compressionTable({ ...comparison, plan }), /neither bytes nor speed/);
});
