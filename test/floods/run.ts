import { parseArgs } from "node:util";
import { floodedScorer } from "./flooded-scorer.ts";
import { fuzzFrames } from "./fuzz.ts";

/** `npm run -s fuzz-frames -- --frames N --seed S`: frames that a seed draws against a scorer in a
 *  process of its own, and whether it lives and answers. */
const { values } = parseArgs({
  options: {
    frames: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
  },
});
const scorer = await floodedScorer();
try {
  const sent = await fuzzFrames({
    port: scorer.port,
    frames: Number(values.frames),
    seed: Number(values.seed),
    progress: (frames) => process.stderr.write(`${frames} frames\n`),
  });
  await scorer.ask();
  console.log(JSON.stringify({ frames: sent, seed: Number(values.seed), exits: scorer.exits() }));
} finally {
  scorer.stop();
}
