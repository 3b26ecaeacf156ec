import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";

const HELP = `npm run -s simulate-faults -- [--seeds N] [--seed S]

Runs ingest in a simulated world of faults and holds its store against a sequential replay.
  --seeds N  as many runs (2000)
  --seed S   the first run's seed (1); without --seeds this one alone, with all that happened`;

interface Options {
  readonly seeds: number;
  readonly seed: number;
  readonly withTrace: boolean;
}

/** Prints a line for each run that broke, and at the end how many held. */
async function run({ seeds, seed: first, withTrace }: Options): Promise<boolean> {
  let broken = 0;
  let turns = 0;
  for (let seed = first; seed < first + seeds; seed++) {
    const { violation, trace, digest } = await simulate(seed);
    turns += trace.length;
    if (withTrace) console.log([...trace, `store ${digest}`].join("\n"));
    if (violation === undefined) continue;
    broken += 1;
    console.log(`seed ${seed}: ${violation}`);
    console.log(`replay it with: npm run -s simulate-faults -- --seed ${seed}`);
  }
  console.log(`${seeds - broken} of ${seeds} seeds held, ${turns} turns`);
  return broken === 0;
}

function optionsFrom(args: readonly string[]): Options | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ args: [...args], options: { seeds: text, seed: text } });
  const isOneSeed = values.seed !== undefined && values.seeds === undefined;
  const seeds = Number(values.seeds ?? (isOneSeed ? 1 : 2_000));
  const seed = Number(values.seed ?? 1);
  if (!Number.isSafeInteger(seeds) || seeds < 1 || !Number.isSafeInteger(seed)) return undefined;
  return { seeds, seed, withTrace: isOneSeed };
}

const options = optionsFrom(process.argv.slice(2));
if (options === undefined) {
  console.error(HELP);
  process.exitCode = 2;
} else if (!(await run(options))) process.exitCode = 1;
