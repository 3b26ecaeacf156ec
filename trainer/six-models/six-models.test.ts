import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { sixModelsParts } from "../report/six-models-section.ts";
import { simulate } from "../simulate/simulate.ts";
import { compareSixModels } from "./compare-six-models.ts";
import { TASTE_FIGURES } from "./measure-tastes.ts";
import {
  type ModelComparison,
  newComparison,
  PART_BASELINES,
  PREDICTED_PARTS,
  parseComparison,
} from "./model-comparison.ts";
import { SIX_MODEL_NAMES } from "./recipes.ts";
import { DEFAULT_SETTINGS, type SixModelSettings } from "./settings.ts";

const folder = temporaryFolder();
const [train, log] = [join(folder, "train"), join(folder, "log")];
const SETTINGS: SixModelSettings = {
  ...DEFAULT_SETTINGS,
  vectors: { ...DEFAULT_SETTINGS.vectors, dimension: 8, epochs: 5 },
  recurrent: { ...DEFAULT_SETTINGS.recurrent, hidden: 12, lanes: 8, epochs: 2 },
  weighted: { ...DEFAULT_SETTINGS.weighted, epochs: 1 },
  predictionsMax: 300,
};
let comparison: ModelComparison;
const told: { done: number; total: number; label: string }[] = [];

function compare(seed: number): Promise<ModelComparison> {
  const progress = (one: (typeof told)[number]) => void told.push(one);
  return compareSixModels({
    trainFolder: train,
    logFolder: log,
    settings: SETTINGS,
    seed,
    progress,
  });
}

before(async () => {
  await simulate({ listeners: 20, tracks: 60, days: 8, seed: 3, out: train });
  await simulate({ listeners: 10, tracks: 60, days: 4, seed: 3, out: log });
  comparison = await compare(1);
});

test("all six are measured on the same predictions of both terms", () => {
  assert.deepEqual(Object.keys(comparison.models), [
    "rPST",
    "rPLT",
    "rHST",
    "rHLT",
    "bWST",
    "bWLT",
  ]);
  for (const part of PREDICTED_PARTS) {
    const { points, relevant } = comparison.predictions[part];
    assert.ok(points > 50 && relevant >= points);
    for (const name of SIX_MODEL_NAMES) {
      for (const figure of TASTE_FIGURES) {
        const { value, interval, minus_baseline: minus } = comparison.models[name][part][figure];
        assert.ok(value > 0 && value < 2, `${name} ${part} ${figure}: ${value}`);
        assert.ok(interval[0] <= value && value <= interval[1]);
        assert.equal(minus === undefined, name === PART_BASELINES[part]);
        if (minus === undefined) continue;
        const baseline = comparison.models[PART_BASELINES[part]][part][figure].value;
        assert.ok(Math.abs(minus.difference - (value - baseline)) < 1e-12);
        assert.ok(minus.interval[0] <= minus.interval[1]);
      }
    }
  }
});

test("the same seed gives the same figures, another one others", async () => {
  const figures = ({ models }: ModelComparison) =>
    Object.entries(models).map(([name, { next, ahead, fitted }]) => [name, next, ahead, fitted]);
  assert.deepEqual(figures(await compare(1)), figures(comparison));
  assert.notDeepEqual(figures(await compare(2)), figures(comparison));
});

test("progress ends with all of both labels", () => {
  for (const label of ["track vectors", "six models"]) {
    const last = told.findLast((one) => one.label === label)!;
    assert.equal(last.done, last.total);
  }
});

test("a comparison survives its JSON, and a damaged one is refused by the field at fault", () => {
  const text = JSON.stringify(comparison);
  assert.deepEqual(parseComparison(text), JSON.parse(text));
  const { rHST, ...models } = comparison.models;
  const { "recall@20": _, ...ahead } = rHST.ahead;
  const damage = {
    format: { ...comparison, format: "segue.model-comparison/0" },
    predictions: { ...comparison, predictions: undefined },
    "models.rHST.ahead.recall@20": {
      ...comparison,
      models: { ...models, rHST: { ...rHST, ahead } },
    },
  };
  for (const [field, spoilt] of Object.entries(damage)) {
    const text = JSON.stringify(spoilt);
    assert.throws(() => parseComparison(text), { code: "bad_configuration", field });
  }
  assert.throws(() => parseComparison("{"), { code: "bad_configuration" });
});

test("the report's section shows every model in both parts, and names are shown, not run", () => {
  const { format: _, ...content } = comparison;
  const log = { ...comparison.log, name: "<b>" };
  const drawn = sixModelsParts(newComparison({ ...content, log }));
  for (const name of SIX_MODEL_NAMES) assert.ok(drawn.split(name).length > 4, name);
  assert.ok(drawn.includes("&lt;b&gt;") && !drawn.includes("<b>"));
  assert.ok(!/NaN|undefined|Infinity/.test(drawn));
});
