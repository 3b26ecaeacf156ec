import { parseTrainingConfig } from "../../trainer/config.ts";
import { train } from "../../trainer/train.ts";
import type { Command } from "../command.ts";
import { progressBar } from "../progress-bar.ts";
import { readJsonFile } from "../read-json-file.ts";
import { trainingBar } from "../training-bar.ts";

export const trainCommand: Command = {
  usage: "--log DIR --out DIR [--config FILE]",
  options: {
    log: { type: "text", help: "log folder to learn from", required: true },
    out: { type: "text", help: "folder to publish the bundle to", required: true },
    config: { type: "text", help: "JSON file of training settings" },
    "checkpoint-seconds": {
      type: "number",
      help: "how often to save, so that the same command goes on after a kill; 0 for never",
      default: 60,
    },
    seed: { type: "number", help: "the same seed and log make the same bundle", default: 1 },
  },
  async run({ options, signal }) {
    const configFile = options.textIfGiven("config");
    const config = parseTrainingConfig(
      configFile === undefined ? {} : await readJsonFile(configFile, "--config"),
    );
    const bar = progressBar(process.stderr, () => performance.now());
    const result = await train({
      logFolder: options.text("log"),
      outFolder: options.text("out"),
      config,
      seed: options.number("seed"),
      signal,
      checkpointSeconds: options.number("checkpoint-seconds"),
      notice: (text) => {
        bar.end();
        process.stderr.write(`${text}\n`);
      },
      progress: trainingBar(bar),
    });
    bar.end();
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  },
};
