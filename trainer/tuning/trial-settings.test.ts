import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTrainingConfig } from "../config.ts";
import { settingsOf, trialSettings } from "./trial-settings.ts";

const given = { refit: false, short: { hidden: 8, dimension: null } };

test("a trial's settings are laid over the file's, and trial 0 has the file's own", () => {
  const settings = { "short.hidden": 16, "long.enabled": false };
  const laid = trialSettings(given, { trial: 3, settings });
  assert.equal(
    JSON.stringify(laid),
    '{"refit":false,"short":{"hidden":16,"dimension":null},"long":{"enabled":false}}',
  );
  assert.equal(parseTrainingConfig(laid).short.hidden, 16);
  const first = trialSettings(given, { trial: 0, settings });
  assert.equal(JSON.stringify(first), JSON.stringify(given));
});

test("what a configuration says of a space's keys is found", () => {
  const space = { "short.hidden": { values: [8] }, "coplay.enabled": { values: [true] } };
  const config = parseTrainingConfig(given);
  assert.deepEqual(settingsOf(space, config), { "short.hidden": 8, "coplay.enabled": true });
});
