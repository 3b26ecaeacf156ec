import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { parseTrainingConfig } from "../config.ts";
import { simulate } from "../simulate/simulate.ts";
import { splitLog } from "../split-log.ts";
import { train } from "../train.ts";
import { measureEarlySkips } from "./early-skips.ts";
import { evaluate } from "./evaluate.ts";

const model = { hidden: 24, dimension: 24, epochs: 4, lanes: 32 };
const config = parseTrainingConfig({ refit: false, short: model, long: model });
const progress = () => undefined;

test("skips are foreseen, and one early skip pushes down what is like it", async () => {
  const folder = temporaryFolder();
  const [world, parts, bundleFolder] = ["world", "parts", "bundle"].map((name) =>
    join(folder, name),
  );
  await simulate({ listeners: 40, tracks: 200, days: 12, seed: 2, out: world! });
  await splitLog({ logFolder: world!, outFolder: parts!, at: { share: 0.85 } });
  const [warmFolder, logFolder] = [join(parts!, "earlier"), join(parts!, "later")];
  await train({ logFolder: warmFolder, outFolder: bundleFolder!, config, seed: 1 });
  const folders = { bundleFolder: bundleFolder!, logFolder, warmFolder };

  const { skip } = await evaluate({ ...folders, threads: 1, progress });
  const figures = JSON.stringify(skip);
  assert.ok(skip!.auc > 0.6 && skip!.share_of_truth! > 0.75, figures);
  assert.ok(skip!.log_loss < 0.75, figures);

  const early = await measureEarlySkips({ ...folders, progress });
  assert.equal(early.likeness, "truth");
  for (const { cases, lowered, below_finished: below } of [early.listed, early.followed]) {
    assert.ok(cases > 50 && lowered > 0.8 && below > 0.8, JSON.stringify(early));
  }
});
