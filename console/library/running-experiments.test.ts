import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExperiments } from "../../scorer/experiments/parse-experiments.ts";
import { runningExperiments } from "./running-experiments.ts";

test("experiments that run are told with their arms, the control first", () => {
  const arms = [
    { name: "next", share: 0.3, bundle: "/bundles/next/" },
    { name: "as-is", share: 0.5 },
  ];
  const experiments = parseExperiments({
    experiments: [
      { name: "now", control: "as-is", interleaved_share: 0.2, arms, until: "2026-12-01" },
      { name: "later", control: "as-is", arms, from: "2026-12-01" },
    ],
  });
  const [now, ...others] = runningExperiments(experiments, Date.UTC(2026, 10, 30));
  assert.deepEqual(others, []);
  assert.deepEqual(now, {
    name: "now",
    arms: [
      { arm: "as-is", share: 0.5, bundle: "" },
      { arm: "next", share: 0.3, bundle: "next" },
    ],
    interleavedShare: 0.2,
  });
  const names = runningExperiments(experiments, Date.UTC(2026, 11, 1)).map(({ name }) => name);
  assert.deepEqual(names, ["later"]);
});
