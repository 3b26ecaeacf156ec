import { resolve } from "node:path";
import { takeSnapshot } from "../../core/state/snapshot.ts";
import type { Command } from "../command.ts";
import { DEFAULT_HOME, homeAt } from "../home.ts";

export const snapshot: Command = {
  usage: "--out DIR [--state DIR] [--home DIR]",
  options: {
    out: { type: "text", help: "new folder for the snapshot", required: true },
    state: { type: "text", help: "store to copy; HOME/state where it is not given" },
    home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
  },
  async run({ options }) {
    const state = options.textIfGiven("state") ?? homeAt(options.text("home")).state;
    const out = resolve(options.text("out"));
    const manifest = await takeSnapshot({ state: resolve(state), out }, Date.now());
    process.stdout.write(`${JSON.stringify(manifest, null, 2)}\n`);
  },
};
