import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseTrainingConfig } from "../../trainer/config.ts";
import { simulate } from "../../trainer/simulate/simulate.ts";
import { train } from "../../trainer/train.ts";
import type { Home } from "../home.ts";
import { progressBar } from "../progress-bar.ts";
import { trainingBar } from "../training-bar.ts";

const WORLD = { listeners: 300, tracks: 2000, days: 21, seed: 1 };
/** Fewer epochs than the default: this shows the journey, and the world is easy to learn. */
const QUICK_TRAINING = { refit: false, short: { epochs: 3 }, long: { epochs: 3 } };

/** Makes the world where there is none yet, trains both models on it and publishes the bundle. */
export async function prepareBundle(home: Home, signal: AbortSignal): Promise<void> {
  const bar = progressBar(process.stderr, () => performance.now());
  if (!existsSync(join(home.world, "log.json"))) {
    await simulate({
      ...WORLD,
      out: home.world,
      signal,
      progress: (done, total) => bar.show({ label: "simulate", done, total }),
    });
  }
  await train({
    logFolder: home.world,
    outFolder: home.bundle,
    config: parseTrainingConfig(QUICK_TRAINING),
    seed: WORLD.seed,
    signal,
    progress: trainingBar(bar),
  });
  bar.end();
  signal.throwIfAborted();
}
