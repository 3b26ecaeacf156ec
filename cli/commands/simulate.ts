import { simulate } from "../../trainer/simulate/simulate.ts";
import { type Command, UsageError } from "../command.ts";
import { progressBar } from "../progress-bar.ts";

export const simulateCommand: Command = {
  usage: "--listeners N --tracks N --days N --seed S --out DIR",
  options: {
    listeners: { type: "number", help: "how many listeners", default: 300 },
    tracks: { type: "number", help: "how many tracks", default: 2000 },
    days: { type: "number", help: "how many days of listening", default: 21 },
    seed: { type: "number", help: "the same seed makes the same bytes", default: 1 },
    out: { type: "text", help: "folder to write the log, catalogue and truth to", required: true },
  },
  async run({ options, signal }) {
    const size = {
      listeners: wholeNumber("listeners", options.number("listeners")),
      tracks: wholeNumber("tracks", options.number("tracks")),
      days: wholeNumber("days", options.number("days")),
      seed: options.number("seed"),
    };
    const bar = progressBar(process.stderr, () => performance.now());
    const header = await simulate({
      ...size,
      out: options.text("out"),
      signal,
      progress: (done, total) => bar.show({ label: "simulate", done, total }),
    });
    bar.end();
    process.stdout.write(`${JSON.stringify(header, null, 2)}\n`);
  },
};

function wholeNumber(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new UsageError(`--${name} must be a whole number above 0, not ${value}`);
  }
  return value;
}
