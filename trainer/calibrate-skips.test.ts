import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId, TrackId } from "../core/domain/ids.ts";
import { weighedSum } from "../scorer/skip-chances.ts";
import { type SparseEvent, writeTestLog } from "../test/support/played-logs.ts";
import { calibrateSkips } from "./calibrate-skips.ts";
import { startingParameters } from "./model-parameters.ts";
import { seededRandom } from "./random.ts";
import { readSequences } from "./read-sequences.ts";
import { splitByTime } from "./sequences.ts";
import { planValidation } from "./validation-plan.ts";

const RULES = { idleTimeoutMs: 1_800_000, trackSupportMin: 1, validationPredictionsMax: 4000 };

test("what the heads do not say is learned from what was remembered", async () => {
  // A skip comes after a skip in 70% of cases, and in 10% after a play to the end.
  const calibration = await calibrationOf(skipsInRows({ afterSkip: 0.7, afterPlay: 0.1 }), true);
  const weights = await calibrateSkips(calibration);
  assert.ok(weights !== undefined);
  const chance = (streak: number) => {
    const signs = { bias: 1, streak, recent_share: 0.25, session_share: 0.25 };
    return 1 / (1 + Math.exp(-weighedSum(weights, { ...signs, after_unspecified: 1 })));
  };
  assert.ok(chance(0) < 0.2, `${chance(0)} after a play to the end`);
  assert.ok(chance(1) > 2 * chance(0), `${chance(1)} after a skip`);
  assert.equal(weights.long, undefined, "there is no long-term model to weigh");
});

test("nothing is learned where no model speaks of skips", async () => {
  const calibration = await calibrationOf(skipsInRows({ afterSkip: 0.7, afterPlay: 0.1 }), false);
  assert.equal(await calibrateSkips(calibration), undefined);
});

async function calibrationOf(events: readonly SparseEvent[], skipHead: boolean) {
  const sequences = await readSequences(await writeTestLog(events), RULES);
  const split = splitByTime(sequences, 0.5);
  const sizes = { hidden: 2, dimension: 2, featureWidth: 0, skipHead };
  const tracks = sequences.trackIds.length;
  const weights = startingParameters(sizes, tracks, seededRandom(1, "weights"));
  return {
    sequences: split.sequences,
    validation: planValidation(split, RULES),
    models: { short: { weights, features: [] } },
    stopCheck: () => undefined,
  };
}

/** A hundred listeners with a session of forty plays each. */
function skipsInRows(chances: { readonly afterSkip: number; readonly afterPlay: number }) {
  const random = seededRandom(3, "plays");
  const events: SparseEvent[] = [];
  for (let listener = 0; listener < 100; listener++) {
    let skipped = false;
    for (let play = 0; play < 40; play++) {
      skipped = random() < (skipped ? chances.afterSkip : chances.afterPlay);
      events.push({
        listener: `l${listener}` as ListenerId,
        track: `t${Math.floor(random() * 20)}` as TrackId,
        happenedAtMs: listener * 10_000_000 + play * 60_000,
        kind: skipped ? "skipped" : "finished",
      });
    }
  }
  return events;
}
