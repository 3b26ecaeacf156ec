import { indexBundle } from "../../trainer/clusters/index-bundle.ts";
import type { Command } from "../command.ts";
import { progressBar } from "../progress-bar.ts";

export const indexCommand: Command = {
  usage: "--bundle DIR --out DIR [--log DIR]",
  options: {
    bundle: { type: "text", help: "bundle whose tracks to put into clusters", required: true },
    out: { type: "text", help: "folder to publish the bundle with clusters to", required: true },
    log: {
      type: "text",
      help: "log folder to measure searches on; the sessions in the bundle if not given",
    },
    seed: { type: "number", help: "the same seed makes the same clusters", default: 1 },
  },
  async run({ options, signal }) {
    const bar = progressBar(process.stderr, () => performance.now());
    const indexed = await indexBundle({
      bundleFolder: options.text("bundle"),
      outFolder: options.text("out"),
      logFolder: options.textIfGiven("log"),
      seed: options.number("seed"),
      progress: (label, done, total) => bar.show({ label, done, total }),
      signal,
    });
    bar.end();
    process.stdout.write(`${JSON.stringify(indexed, null, 2)}\n`);
  },
};
