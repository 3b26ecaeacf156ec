import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, readCommandLine, splitCommandLine } from "../command.ts";
import { EXPERIMENT_OPTIONS, experimentArgs } from "./serve-experiments.ts";

const command: Command = { usage: "", options: EXPERIMENT_OPTIONS, run: async () => undefined };

test("a scorer of one's own is told all of experiments but what is secret", () => {
  const given = ["--experiments", "e.json", "--recommendation-log", "sampled"];
  const environment = { SEGUE_LISTENER_SALT: "pepper" };
  const line = splitCommandLine(command, given);
  const { options } = readCommandLine("dev", command, line, { environment });
  assert.equal(options.text("listener-salt"), "pepper");
  assert.deepEqual(experimentArgs(options), [
    ...given,
    ...["--recommendation-log-share", "0.05", "--recommendation-log-days", "30"],
  ]);
});
