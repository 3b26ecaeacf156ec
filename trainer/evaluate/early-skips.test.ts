import assert from "node:assert/strict";
import { test } from "node:test";
import { learnedWorld } from "../../test/support/learned-world.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { measureEarlySkips } from "./early-skips.ts";
import { evaluate } from "./evaluate.ts";

const progress = () => undefined;

test("skips are foreseen, and one early skip pushes down what is like it", async () => {
  const folders = await learnedWorld(temporaryFolder());

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
