import { readOptions, wholeNumber } from "../support/read-options.ts";
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

const given = readOptions({ help: HELP, options: ["seeds", "seed"] });
const withTrace = given.values.seed !== undefined && given.values.seeds === undefined;
const otherwise = withTrace ? 1 : 2_000;
const seeds = wholeNumber(given, "seeds", { least: 1, otherwise });
const seed = wholeNumber(given, "seed", { least: 0, otherwise: 1 });
if (!(await run({ seeds, seed, withTrace }))) process.exitCode = 1;
