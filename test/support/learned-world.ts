import { join } from "node:path";
import { parseTrainingConfig } from "../../trainer/config.ts";
import { simulate } from "../../trainer/simulate/simulate.ts";
import { splitLog } from "../../trainer/split-log.ts";
import { train } from "../../trainer/train.ts";

const model = { hidden: 24, dimension: 24, epochs: 4, lanes: 32 };
const config = parseTrainingConfig({ refit: false, short: model, long: model });

/** A small simulated world in `folder`, and a bundle that was learned from its earlier part: what
 *  measures a bundle hears `warmFolder` and asks about `logFolder`. */
export async function learnedWorld(folder: string) {
  const [world, parts, bundleFolder] = ["world", "parts", "bundle"].map((name) => {
    return join(folder, name);
  }) as [string, string, string];
  await simulate({ listeners: 40, tracks: 200, days: 12, seed: 2, out: world });
  await splitLog({ logFolder: world, outFolder: parts, at: { share: 0.85 } });
  const [warmFolder, logFolder] = [join(parts, "earlier"), join(parts, "later")];
  await train({ logFolder: warmFolder, outFolder: bundleFolder, config, seed: 1 });
  return { bundleFolder, logFolder, warmFolder };
}
