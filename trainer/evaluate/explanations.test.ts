import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { parseTrainingConfig } from "../config.ts";
import { simulate } from "../simulate/simulate.ts";
import { splitLog } from "../split-log.ts";
import { train } from "../train.ts";
import { measureExplanations } from "./explanations.ts";

const model = { hidden: 24, dimension: 24, epochs: 4, lanes: 32 };
const config = parseTrainingConfig({ refit: false, short: model, long: model });

test("without the event that is named first, a track is lower in nine of ten cases", async () => {
  const folder = temporaryFolder();
  const [world, parts, bundleFolder] = ["world", "parts", "bundle"].map((name) =>
    join(folder, name),
  );
  await simulate({ listeners: 40, tracks: 200, days: 12, seed: 2, out: world! });
  await splitLog({ logFolder: world!, outFolder: parts!, at: { share: 0.85 } });
  const [warmFolder, logFolder] = [join(parts!, "earlier"), join(parts!, "later")];
  await train({ logFolder: warmFolder, outFolder: bundleFolder!, config, seed: 1 });
  const progress = () => undefined;
  const found = await measureExplanations({
    bundleFolder: bundleFolder!,
    logFolder,
    warmFolder,
    progress,
    listsMax: 60,
  });
  const figures = JSON.stringify(found, null, 1);
  const { brought_by: brought, held_back_by: heldBack } = found;
  assert.ok(brought.cases > 300 && brought.as_told >= 0.9, figures);
  assert.ok(heldBack.cases > 100 && heldBack.as_told >= 0.9, figures);
  // Most listeners of this world have lived longer than their records remember.
  assert.ok(found.exact < found.lists, figures);
  assert.ok(brought.mean_rank.after > brought.mean_rank.before, figures);
});
