import { splitLog } from "../../trainer/split-log.ts";
import { type Command, UsageError } from "../command.ts";
import { progressBar } from "../progress-bar.ts";

export const splitLogCommand: Command = {
  usage: "--log DIR --at TIME|SHARE% --out DIR",
  options: {
    log: { type: "text", help: "log folder to split", required: true },
    at: {
      type: "text",
      help: "where: 2026-01-20, 2026-01-20T06:00:00Z, or a share of the log's time",
      default: "80%",
    },
    out: { type: "text", help: "folder to write earlier/ and later/ to", required: true },
  },
  async run({ options, signal }) {
    const bar = progressBar(process.stderr, () => performance.now());
    const split = await splitLog({
      logFolder: options.text("log"),
      outFolder: options.text("out"),
      at: placeOf(options.text("at")),
      signal,
      progress: (done, total) => bar.show({ label: "split", done, total }),
    });
    bar.end();
    process.stdout.write(`${JSON.stringify(split, null, 2)}\n`);
  },
};

function placeOf(text: string): { readonly ms: number } | { readonly share: number } {
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (share !== undefined && Number(share) <= 100) return { share: Number(share) / 100 };
  const ms = Date.parse(text);
  if (share === undefined && Number.isFinite(ms)) return { ms };
  throw new UsageError(`--at must be a time or a share such as 80%, not ${text}`);
}
