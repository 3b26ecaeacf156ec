import { type Command, UsageError } from "../command.ts";
import { estimate } from "../experiment/estimate.ts";
import { exportLists } from "../experiment/export-lists.ts";
import { EXPERIMENT_COMMAND_OPTIONS } from "../experiment/log-sources.ts";
import { report } from "../experiment/report.ts";

export const experimentCommand: Command = {
  usage: "report | estimate | export",
  words: { least: 1, most: 1 },
  options: {
    ...EXPERIMENT_COMMAND_OPTIONS,
    experiment: {
      type: "text",
      help: "report: the experiment's name; needless where there is one",
    },
    "window-days": {
      type: "number",
      help: "report: how long each listener counts, from their first list on",
      default: 7,
    },
    "tight-at": {
      type: "number",
      help: "listeners at which sequential intervals are tightest; chosen before the first look",
      default: 1_000,
    },
    bundle: { type: "text", help: "estimate: the bundle of the new policy" },
    policy: {
      type: "text",
      help: "estimate: JSON file with what it wants: blend, skips, exploration, as in an arm",
    },
    out: { type: "text", help: "file to write: the report's page, or the exported lists" },
    json: { type: "flag", help: "print the figures as JSON" },
  },
  async run(input) {
    const [what] = input.words;
    if (what === "report") return report(input);
    if (what === "estimate") return estimate(input);
    if (what === "export") return exportLists(input);
    throw new UsageError(`there is no experiment ${what}; there are report, estimate and export`);
  },
};
