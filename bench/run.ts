import { parseArgs } from "node:util";
import { baselines } from "./baselines.ts";
import { type Bench, type BenchOptions, SIZE_OPTIONS } from "./bench.ts";
import { brokerIngest } from "./broker-ingest.ts";
import { capacity } from "./capacity.ts";
import { catalogue } from "./catalogue.ts";
import { DidNotHappen } from "./did-not-happen.ts";
import { experiments } from "./experiments.ts";
import { freshness } from "./freshness.ts";
import { imports } from "./imports.ts";
import { journey } from "./journey.ts";
import { loadAgainstGhz } from "./load-against-ghz.ts";
import { metricsCost } from "./metrics.ts";
import { overload } from "./overload.ts";
import { restart } from "./restart.ts";
import { scorer } from "./scorer.ts";
import { soak } from "./soak.ts";
import { takeover } from "./takeover.ts";
import { trainingMemory } from "./training-memory.ts";
import { trainingSpeed } from "./training-speed.ts";

const BENCHES: readonly Bench[] = [
  {
    name: "journey",
    summary: "what an event and a request cost, by part, each against a limit",
    run: journey,
  },
  {
    name: "scorer",
    summary: "what a list costs on one core, in empty replies, and how long it takes by load",
    takesBundle: true,
    run: scorer,
  },
  {
    name: "catalogue",
    summary:
      "what a search costs and finds by the size of the catalogue, from 10,000 to 3 M tracks",
    takesSizes: true,
    takesBundle: true,
    run: catalogue,
  },
  {
    name: "overload",
    summary: "what is still answered, and how whole, under twice the load that a scorer bears",
    takesBundle: true,
    run: overload,
  },
  {
    name: "soak",
    summary:
      "what fails, and whether memory grows, in --minutes at half load with swaps and changes",
    takesSizes: true,
    run: soak,
  },
  {
    name: "ingest",
    summary: "how fast events come from a Kafka broker into the store, by part, and what they take",
    takesSizes: true,
    run: brokerIngest,
  },
  {
    name: "freshness",
    summary: "how soon a published event is in the next reply, by load",
    takesBundle: true,
    run: freshness,
  },
  {
    name: "capacity",
    summary: "what so many listeners take: measured small, multiplied openly",
    run: capacity,
  },
  {
    name: "load",
    summary: "what segue load measures, beside ghz on the same server at the same rate",
    run: loadAgainstGhz,
  },
  {
    name: "metrics",
    summary: "what counting for Prometheus costs an event and a request",
    run: metricsCost,
  },
  {
    name: "restart",
    summary: "how soon ingest and scorer answer again, with --listeners N in the store",
    takesSizes: true,
    run: restart,
  },
  {
    name: "takeover",
    summary: "how soon a host has the state of a partition that it gains, of --listeners listeners",
    takesSizes: true,
    run: takeover,
  },
  {
    name: "imports",
    summary: "how fast published logs are read, put in order and written",
    run: imports,
  },
  {
    name: "baselines",
    summary: "the baselines' figures on #nowplaying, beside those that others measured",
    run: baselines,
  },
  {
    name: "experiments",
    summary:
      "how often experiments on the simulated world are wrong, and how far estimates are off",
    run: experiments,
  },
  {
    name: "training-speed",
    summary: "events a second of CPU at the official GRU4Rec's settings, over one epoch",
    run: trainingSpeed,
  },
  {
    name: "training-memory",
    summary: "how much memory a training takes on a log of --events events, by part",
    takesSizes: true,
    run: trainingMemory,
  },
];

/** What the process ends with, as `segue` does. */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

// An orderly exit ends the processes and folders that a benchmark has made.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => process.exit(EXIT.failed));
}
process.exitCode = await main(process.argv.slice(2));
// A benchmark that failed half-way leaves processes, whose end nobody else would begin.
if (process.exitCode !== EXIT.ok) process.exit();

async function main(args: readonly string[]): Promise<number> {
  const given = readArguments(args);
  if (typeof given === "string") {
    process.stderr.write(`bench: ${given}\n\n${overview()}`);
    return EXIT.usage;
  }
  if (given.help) {
    process.stdout.write(overview());
    return EXIT.ok;
  }
  const { bench, json, quick, sizes, bundle } = given;
  const startedMs = performance.now();
  const progress = (what: string) => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0).padStart(3);
    process.stderr.write(`${seconds} s  ${bench.name} ${what}\n`);
  };
  try {
    process.stdout.write(await bench.run({ json, quick, sizes, bundle, progress }));
    return EXIT.ok;
  } catch (error) {
    const known = error instanceof DidNotHappen;
    const text = known ? error.message : ((error as Error)?.stack ?? String(error));
    process.stderr.write(`bench ${bench.name}: ${text}\n`);
    return EXIT.failed;
  }
}

type Given =
  | { readonly help: true }
  | {
      readonly help: false;
      readonly bench: Bench;
      readonly json: boolean;
      readonly quick: boolean;
      readonly sizes: BenchOptions["sizes"];
      readonly bundle: string | undefined;
    };

/** The arguments, or what is wrong with them. */
function readArguments(args: readonly string[]): Given | string {
  const flag = { type: "boolean", default: false } as const;
  const text = { type: "string" } as const;
  const options = {
    json: flag,
    quick: flag,
    help: flag,
    cores: text,
    events: text,
    listeners: text,
    minutes: text,
    tracks: text,
    bundle: text,
  };
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return (error as Error).message;
  }
  const { values, positionals } = parsed;
  if (values.help) return { help: true };
  const [name, ...more] = positionals;
  if (name === undefined) return "name a benchmark";
  const bench = BENCHES.find((one) => one.name === name);
  if (bench === undefined) return `there is no benchmark "${name}"`;
  if (more.length > 0) return `unexpected word "${more[0]}"`;
  const sizes = readSizes(bench, values);
  if (typeof sizes === "string") return sizes;
  const { json, quick, bundle } = values;
  if (bundle !== undefined && !bench.takesBundle) {
    return `the benchmark "${name}" takes no --bundle`;
  }
  return { help: false, bench, json, quick, sizes, bundle };
}

function readSizes(
  { name, takesSizes = false }: Bench,
  values: Readonly<Partial<Record<string, string | boolean>>>,
): BenchOptions["sizes"] | string {
  const sizes: Partial<Record<(typeof SIZE_OPTIONS)[number], number>> = {};
  for (const option of SIZE_OPTIONS) {
    const value = values[option];
    if (value === undefined) continue;
    if (!takesSizes) return `the benchmark "${name}" takes no --${option}`;
    sizes[option] = Number(value);
    if (!Number.isInteger(sizes[option]) || sizes[option] < 1) {
      return `--${option} must be a whole number above 0, not "${value}"`;
    }
  }
  return sizes;
}

function overview(): string {
  const width = Math.max(...BENCHES.map(({ name }) => name.length));
  const lines = BENCHES.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `npm run -s bench -- NAME [--json] [--quick] [SIZES] [--bundle DIR]

${lines.join("\n")}

  --json   one JSON object on stdout instead of a table
  --quick  a short run, with rough figures
  --events N, --listeners N, --minutes N, --tracks N  another size, where a benchmark has one
  --cores N  how many cores the server gets, the load another, where a benchmark takes it
  --bundle DIR  a bundle to measure, where a benchmark takes one
`;
}
