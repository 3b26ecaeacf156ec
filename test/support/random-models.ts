import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import { FEATURE_WIDTHS, type FeatureName } from "../../core/bundle/manifest.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import type { Models } from "../../core/state/advance.ts";
import { publishRandomBundle } from "../fixtures/random-bundle.ts";

/** Random models of a published bundle, in ONNX Runtime, with every feature. */
export async function randomModels(sizes: {
  readonly tracks: number;
  readonly dimension: number;
  readonly hidden: number;
}): Promise<Models> {
  const folder = await mkdtemp(join(tmpdir(), "segue-bundle-"));
  try {
    const features = Object.keys(FEATURE_WIDTHS) as FeatureName[];
    await publishRandomBundle(folder, { ...sizes, features, seed: 1 });
    const bundle = await openBundle(folder);
    return { bundle, runner: await createStepRunner(bundle) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
