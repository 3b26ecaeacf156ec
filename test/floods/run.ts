import { readOptions, wholeNumber } from "../support/read-options.ts";
import { floodedScorer } from "./flooded-scorer.ts";
import { fuzzFrames } from "./fuzz.ts";

const HELP = `npm run -s fuzz-frames -- [--frames N] [--seed S]

Sends drawn frames to a scorer in a process of its own, and says whether it lives and answers.
  --frames N  as many frames (1000000)
  --seed S    what they are drawn by (1)`;

const given = readOptions({ help: HELP, options: ["frames", "seed"] });
const frames = wholeNumber(given, "frames", { least: 1, otherwise: 1_000_000 });
const seed = wholeNumber(given, "seed", { least: 0, otherwise: 1 });
const scorer = await floodedScorer();
try {
  const sent = await fuzzFrames({
    port: scorer.port,
    frames,
    seed,
    progress: (count) => process.stderr.write(`${count} frames\n`),
  });
  await scorer.ask();
  console.log(JSON.stringify({ frames: sent, seed, exits: scorer.exits() }));
} finally {
  scorer.stop();
}
