import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../core/domain/failure.ts";
import { TRAINING_DEFAULTS } from "../config.ts";
import { DEFAULT_SPACE, parseSearchSpace } from "./search-space.ts";
import { settingsOf } from "./trial-settings.ts";

test("the default space fits the training's ranges and is read as it stands", () => {
  assert.deepEqual(parseSearchSpace(DEFAULT_SPACE), DEFAULT_SPACE);
  const defaults = settingsOf(DEFAULT_SPACE, TRAINING_DEFAULTS);
  assert.equal(defaults["short.learningRate"], TRAINING_DEFAULTS.short.learningRate);
  assert.ok(Object.values(defaults).every((value) => value !== undefined));
});

test("a range is linear and not whole where it does not say so, and values may be null", () => {
  const space = parseSearchSpace({
    "short.inputDropout": { min: 0, max: 0.5 },
    "long.hidden": { min: 10, max: 200, scale: "log", whole: true },
    "short.dimension": { values: [null, 64] },
    "coplay.enabled": { values: [true, false] },
  });
  assert.deepEqual(space["short.inputDropout"], {
    min: 0,
    max: 0.5,
    scale: "linear",
    whole: false,
  });
  assert.deepEqual(space["short.dimension"], { values: [null, 64] });
});

const WRONG: readonly (readonly [string, unknown, RegExp])[] = [
  ["space", [], /must be an object/],
  ["space", {}, /no key/],
  ["short.hiden", { "short.hiden": { values: [8] } }, /unknown; known are enabled, hidden/],
  ["short.hidden", { "short.hidden.more": { values: [8] } }, /must be a whole number/],
  ["refit", { refit: { values: [true, false] } }, /cannot be searched/],
  [
    "preparing.sessionLength.playsMax",
    { "preparing.sessionLength.playsMax": { values: [50, 100] } },
    /cannot be searched/,
  ],
  ["short.__proto__", { "short.__proto__.x": { values: [1] } }, /unknown/],
  ["short.hidden", { "short.hidden": 64 }, /must be an object/],
  ["short.hidden", { "short.hidden": { values: [8, 0] } }, /whole number from 1 to 4096/],
  ["short.hidden", { "short.hidden": { values: [] } }, /at least one/],
  ["short.hidden", { "short.hidden": { values: [8, 8] } }, /twice/],
  ["short.hidden", { "short.hidden": { values: [8], min: 3 } }, /unknown "min"/],
  ["short.hidden", { "short.hidden": { min: 8, max: 9000, whole: true } }, /from 1 to 4096/],
  ["short.hidden", { "short.hidden": { min: 8, max: 65 } }, /"whole": true/],
  ["short.hidden", { "short.hidden": { min: 8.5, max: 65, whole: true } }, /whole/],
  ["short.hidden", { "short.hidden": { min: 8, whole: true } }, /needs a number as its "max"/],
  ["short.learningRate", { "short.learningRate": { min: 0.2, max: 0.2 } }, /max above its min/],
  ["short.inputDropout", { "short.inputDropout": { min: 0, max: 1.5 } }, /from 0 to 0.95/],
  ["short.inputDropout", { "short.inputDropout": { min: 0, max: 0.5, scale: "log" } }, /above 0/],
  ["short.inputDropout", { "short.inputDropout": { min: 0, max: 0.5, scale: "ln" } }, /scale of/],
  ["short.inputDropout", { "short.inputDropout": { min: 0, max: 0.5, whole: 1 } }, /"whole"/],
  ["short.inputDropout", { "short.inputDropout": { min: 0, max: 0.5, step: 1 } }, /unknown "step"/],
  ["coplay.enabled", { "coplay.enabled": { min: 0, max: 1, whole: true } }, /true or false/],
];

for (const [field, space, fault] of WRONG) {
  test(`the space ${JSON.stringify(space)} is refused and ${field} is named`, () => {
    assert.throws(
      () => parseSearchSpace(space),
      (error) => {
        assert.ok(error instanceof Failure);
        assert.equal(error.code, "bad_configuration");
        assert.equal(error.field, field);
        assert.match(error.message, fault);
        return true;
      },
    );
  });
}
