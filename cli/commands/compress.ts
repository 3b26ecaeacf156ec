import { compareBundles } from "../../trainer/compress/compare-bundles.ts";
import { compress } from "../../trainer/compress/compress.ts";
import type { CompressionPlan } from "../../trainer/compress/plan.ts";
import { PRUNED_PARTS } from "../../trainer/compress/prune.ts";
import { type Command, type Options, UsageError } from "../command.ts";
import { compressionTable } from "../compression-table.ts";
import { progressBar } from "../progress-bar.ts";

export const compressCommand: Command = {
  usage:
    "--bundle DIR --out DIR --log DIR [--vectors int8] [--step int8]\n" +
    "               [--prune SHARE | --distil HIDDEN --train DIR] [--json]",
  options: {
    bundle: { type: "text", help: "bundle to make smaller; it stays as it is", required: true },
    out: { type: "text", help: "folder to publish the smaller bundle to", required: true },
    log: { type: "text", help: "log folder to measure both bundles on", required: true },
    vectors: { type: "text", help: "int8: store track vectors with a byte for each number" },
    step: { type: "text", help: "int8: step on events with weights and inputs of a byte" },
    prune: { type: "number", help: "share of hidden units to take out, the weakest first" },
    "prune-by": {
      type: "text",
      help: "units, or weights to set single weights to 0 instead, at no gain in speed",
      default: "units",
    },
    distil: { type: "number", help: "teach a new model of so many hidden units, fewer than now" },
    train: { type: "text", help: "log folder that distilled and pruned models learn from" },
    epochs: { type: "number", help: "passes over that log; by its size if not given" },
    threads: { type: "number", help: "threads to measure with; all processors if not given" },
    seed: { type: "number", help: "the same seed makes the same bundle", default: 1 },
    json: { type: "flag", help: "print the figures as JSON" },
  },
  async run({ options, signal }) {
    const plan = planOf(options);
    const bar = progressBar(process.stderr, () => performance.now());
    const folders = { before: options.text("bundle"), after: options.text("out") };
    await compress({
      ...{ bundleFolder: folders.before, outFolder: folders.after, plan, signal },
      trainFolder: options.textIfGiven("train"),
      epochs: wholeIfGiven(options, "epochs"),
      seed: options.number("seed"),
      logFolder: options.text("log"),
      progress: ({ model, epoch, epochs }) =>
        bar.show({ label: `teach ${model}`, done: epoch - 1, total: epochs }),
      clusterProgress: (label, done, total) => bar.show({ label, done, total }),
    });
    const comparison = await compareBundles(folders, {
      logFolder: options.text("log"),
      threads: wholeIfGiven(options, "threads"),
      signal,
      cpuUs: () => {
        const { user, system } = process.cpuUsage();
        return user + system;
      },
      progress: (label, done, total) => bar.show({ label, done, total }),
    });
    bar.end();
    const report = { plan, ...comparison };
    const text = options.flag("json")
      ? `${JSON.stringify(report, null, 2)}\n`
      : compressionTable(report);
    process.stdout.write(text);
  },
};

function planOf(options: Options): CompressionPlan {
  const share = options.numberIfGiven("prune");
  const hidden = wholeIfGiven(options, "distil");
  const [vectors, step] = [int8IfGiven(options, "vectors"), int8IfGiven(options, "step")];
  if (share !== undefined && !(share > 0 && share < 1)) {
    throw new UsageError(`--prune must be between 0 and 1, not ${share}`);
  }
  if (share !== undefined && hidden !== undefined) {
    throw new UsageError("--prune and --distil both make the model smaller: choose one");
  }
  if (hidden !== undefined && options.textIfGiven("train") === undefined) {
    throw new UsageError("--distil needs --train, the log that the student learns from");
  }
  const by = PRUNED_PARTS.find((part) => part === options.text("prune-by"));
  if (by === undefined) throw new UsageError(`--prune-by must be ${PRUNED_PARTS.join(" or ")}`);
  const plan: CompressionPlan = {
    ...(vectors && { vectors }),
    ...(step && { step }),
    ...(share !== undefined && { prune: { share, by } }),
    ...(hidden !== undefined && { distil: { hidden } }),
  };
  if (Object.keys(plan).length === 0) {
    throw new UsageError("say how: --vectors int8, --step int8, --prune or --distil");
  }
  return plan;
}

function int8IfGiven(options: Options, name: string): "int8" | undefined {
  const value = options.textIfGiven(name);
  if (value === undefined || value === "int8") return value;
  throw new UsageError(`--${name} must be int8, not "${value}"`);
}

function wholeIfGiven(options: Options, name: string): number | undefined {
  const value = options.numberIfGiven(name);
  if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
    throw new UsageError(`--${name} must be a whole number above 0, not ${value}`);
  }
  return value;
}
