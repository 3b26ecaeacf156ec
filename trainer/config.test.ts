import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../core/domain/failure.ts";
import { nestedSettings, parseTrainingConfig, TRAINING_DEFAULTS } from "./config.ts";

test("what a configuration does not say is as the defaults say", () => {
  const config = parseTrainingConfig({ short: { epochs: 3 }, validationShare: 0.1 });
  assert.equal(config.short.epochs, 3);
  assert.equal(config.validationShare, 0.1);
  assert.equal(config.short.hidden, TRAINING_DEFAULTS.short.hidden);
  assert.deepEqual(config.long, TRAINING_DEFAULTS.long);
});

test("a configuration cannot be changed after it was read", () => {
  const config = parseTrainingConfig({ long: { epochs: 3 } });
  assert.throws(() => Object.assign(config, { refit: false }), TypeError);
  assert.throws(() => Object.assign(config.long, { epochs: 4 }), TypeError);
});

test("settings by dotted key nest as in a file, and no key reaches a prototype", () => {
  const nested = nestedSettings([
    ["short.hidden", 8],
    ["refit", false],
    ["short.epochs", 3],
  ]);
  assert.equal(JSON.stringify(nested), '{"short":{"hidden":8,"epochs":3},"refit":false}');
  nestedSettings([["__proto__.reached", true]]);
  assert.equal(Reflect.get({}, "reached"), undefined);
});

const WRONG: readonly (readonly [string, unknown])[] = [
  ["sessions", { sessions: 1 }],
  ["short.epoch", { short: { epoch: 3 } }],
  ["short.horizonMin", { short: { horizonMin: 3 } }],
  ["short.epochs", { short: { epochs: 0 } }],
  ["short.epochs", { short: { epochs: 1.5 } }],
  ["short.patience", { short: { patience: null } }],
  ["long.learningRate", { long: { learningRate: "0.1" } }],
  ["long.learningRate", { long: { learningRate: Number.NaN } }],
  ["preparing.sessionLength.playsMin", { preparing: { sessionLength: { playsMin: 0 } } }],
  ["refit", { refit: 1 }],
  ["short.loss", { short: { loss: "hinge" } }],
  ["long.layers", { long: { layers: 0 } }],
  ["long.hidden", { long: { hidden: 2000, cell: "lstm", layers: 2 } }],
  ["long.skipConnection", { long: { skipConnection: 1 } }],
  ["long.enabled", { long: { enabled: "yes" } }],
  ["short", { short: [] }],
  ["config", null],
  ["long.horizonMax", { long: { horizonMin: 5, horizonMax: 4 } }],
  ["short.enabled", { short: { enabled: false }, long: { enabled: false } }],
];

for (const [field, settings] of WRONG) {
  test(`${JSON.stringify(settings)} is refused and ${field} is named`, () => {
    assert.throws(
      () => parseTrainingConfig(settings),
      (error) => {
        assert.ok(error instanceof Failure);
        assert.equal(error.code, "bad_configuration");
        assert.equal(error.field, field);
        assert.ok(error.message.startsWith(field));
        return true;
      },
    );
  });
}
