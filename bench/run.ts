import { parseArgs } from "node:util";
import { baselines } from "./baselines.ts";
import type { Bench } from "./bench.ts";
import { DidNotHappen } from "./did-not-happen.ts";
import { freshness } from "./freshness.ts";
import { imports } from "./imports.ts";
import { journey } from "./journey.ts";
import { trainingMemory } from "./training-memory.ts";
import { trainingSpeed } from "./training-speed.ts";

const BENCHES: readonly Bench[] = [
  {
    name: "journey",
    summary: "what an event and a request cost, by part, each against a limit",
    run: journey,
  },
  {
    name: "freshness",
    summary: "how soon a published event is in the next reply",
    run: freshness,
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
    name: "training-speed",
    summary: "events a second of CPU at the official GRU4Rec's settings, over one epoch",
    run: trainingSpeed,
  },
  {
    name: "training-memory",
    summary: "how much memory a training takes on a log of --events events, by part",
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
  const { bench, json, quick, events } = given;
  const startedMs = performance.now();
  const progress = (what: string) => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0).padStart(3);
    process.stderr.write(`${seconds} s  ${bench.name} ${what}\n`);
  };
  try {
    process.stdout.write(await bench.run({ json, quick, events, progress }));
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
      readonly events: number | undefined;
    };

/** The arguments, or what is wrong with them. */
function readArguments(args: readonly string[]): Given | string {
  const flag = { type: "boolean", default: false } as const;
  let parsed: {
    values: Record<"json" | "quick" | "help", boolean> & { events?: string };
    positionals: string[];
  };
  try {
    const options = { json: flag, quick: flag, help: flag, events: { type: "string" } } as const;
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
  const events = values.events === undefined ? undefined : Number(values.events);
  if (events !== undefined && !(Number.isSafeInteger(events) && events > 0)) {
    return "--events is no count";
  }
  return { help: false, bench, json: values.json, quick: values.quick, events };
}

function overview(): string {
  const width = Math.max(...BENCHES.map(({ name }) => name.length));
  const lines = BENCHES.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `npm run -s bench -- NAME [--json] [--quick] [--events N]

${lines.join("\n")}

  --json   one JSON object on stdout instead of a table
  --quick  a short run, with rough figures
  --events how large a log to measure on; heard by training-memory
`;
}
