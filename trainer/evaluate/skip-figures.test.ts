import assert from "node:assert/strict";
import { test } from "node:test";
import { skipFigures } from "./skip-figures.ts";

const PLACE = Int32Array.of(3, 5, 8, 9);
const SKIPPED = Uint8Array.of(1, 0, 1, 0);

test("skips are measured by what was said before them, beside the world's own chances", () => {
  const chance = Float64Array.of(0.8, 0.4, 0.3, 0.1);
  const truth = new Float64Array(10);
  for (const [row, value] of [0.9, 0.2, 0.6, 0.1].entries()) truth[PLACE[row]!] = value;
  const figures = skipFigures({ place: PLACE, chance, skipped: SKIPPED }, truth)!;
  assert.equal(figures.predictions, 4);
  assert.equal(figures.skipped, 0.5);
  assert.ok(Math.abs(figures.predicted - 0.4) < 1e-12);
  assert.equal(figures.auc, 0.75);
  assert.equal(figures.truth_auc, 1);
  assert.equal(figures.share_of_truth, 0.75);
  const expected = -(Math.log(0.8) + Math.log(0.6) + Math.log(0.3) + Math.log(0.9)) / 4;
  assert.ok(Math.abs(figures.log_loss - expected) < 1e-12);
  assert.ok(Math.abs(figures.log_loss_of_share - Math.log(2)) < 1e-12);
});

test("a forecaster that says each group's own share is calibrated", () => {
  const rows = 1000;
  const chance = Float64Array.from({ length: rows }, (_, row) => (row < 500 ? 0.2 : 0.6));
  const skipped = Uint8Array.from({ length: rows }, (_, row) =>
    Number(row < 500 ? row % 5 === 0 : row % 5 < 3),
  );
  const place = Int32Array.from({ length: rows }, (_, row) => row);
  assert.ok(skipFigures({ place, chance, skipped })!.calibration_error < 1e-9);
  const doubled = chance.map((value) => value + 0.2);
  const off = skipFigures({ place, chance: doubled, skipped })!.calibration_error;
  assert.ok(Math.abs(off - 0.2) < 1e-9);
});

test("where nothing was said of skips there are no figures", () => {
  const none = {
    place: new Int32Array(0),
    chance: new Float64Array(0),
    skipped: new Uint8Array(0),
  };
  assert.equal(skipFigures(none), undefined);
});
