import { basename, resolve } from "node:path";
import { restoreSnapshot } from "../../core/state/snapshot.ts";
import type { Command } from "../command.ts";
import { DEFAULT_HOME, homeAt } from "../home.ts";

export const restore: Command = {
  usage: "--from DIR [--state DIR] [--home DIR] [--replace]",
  options: {
    from: { type: "text", help: "folder of the snapshot", required: true },
    state: { type: "text", help: "store to make; HOME/state where it is not given" },
    home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
    replace: {
      type: "flag",
      help: "rename a store that stands there; ingest and scorer must not run",
    },
  },
  async run({ options }) {
    const state = resolve(options.textIfGiven("state") ?? homeAt(options.text("home")).state);
    const asideName = `${basename(state)}-replaced-${Date.now()}`;
    const manifest = await restoreSnapshot(
      { from: resolve(options.text("from")), state },
      options.flag("replace") ? { asideName } : undefined,
    );
    process.stdout.write(`${JSON.stringify(manifest, null, 2)}\n`);
  },
};
