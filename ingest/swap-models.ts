import type { Bundle } from "../core/bundle/bundle.ts";
import { createInUse, type InUse } from "../core/bundle/in-use.ts";
import type { StepRunner } from "../core/bundle/step-runner.ts";
import type { OpenedBundle } from "../core/bundle/watch-bundle.ts";
import type { Models } from "../core/state/advance.ts";

/** The models of now, and the way to another bundle's. */
export interface SwapModels {
  /** Asked once per batch. */
  current(): Models;
  /** The batches that may be using models. */
  readonly batches: InUse;
  /** Steps with another bundle from the next batch on; resolves when the models before are closed,
   *  their last batch having ended. Where it throws, nothing has changed. */
  take(opened: OpenedBundle): Promise<void>;
  close(): Promise<void>;
}

export async function openSwapModels(
  bundle: Bundle,
  startRunner: (bundle: Bundle) => Promise<StepRunner>,
): Promise<SwapModels> {
  let models: Models = { bundle, runner: await startRunner(bundle) };
  const batches = createInUse();
  return {
    current: () => models,
    batches,
    async take({ bundle: next }) {
      const before = models;
      models = { bundle: next, runner: await startRunner(next) };
      await batches.ended();
      await before.runner.close();
    },
    close: () => models.runner.close(),
  };
}
