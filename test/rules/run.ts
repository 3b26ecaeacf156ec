import { readOptions, wholeNumber } from "../support/read-options.ts";
import { type HeldReplies, holdReplies, REPLIES_PER_WORLD } from "./hold-replies.ts";

const HELP = `npm run -s check:rules -- [--replies N] [--seed S]

Asks drawn worlds for drawn lists and holds each reply against every filter and rule of its request.
  --replies N  as many replies, by the ${REPLIES_PER_WORLD} (10000)
  --seed S     the first world's seed (1)`;

/** Prints each world in which a rule was broken, and at the end how many replies held. */
async function run(replies: number, first: number): Promise<boolean> {
  const worlds = Math.ceil(replies / REPLIES_PER_WORLD);
  const sum: HeldReplies = { lists: 0, short: 0, tracks: 0 };
  let broken = 0;
  for (let world = 0; world < worlds; world++) {
    try {
      const held = await holdReplies(first + world);
      sum.lists += held.lists;
      sum.short += held.short;
      sum.tracks += held.tracks;
    } catch (error) {
      broken += 1;
      console.log(String(error));
      console.log(`again: npm run -s check:rules -- --replies 1 --seed ${first + world}`);
    }
    if (world % 20 === 19) process.stderr.write(`\r${sum.lists} replies held`);
  }
  process.stderr.write("\n");
  const { lists, short, tracks } = sum;
  console.log(`${lists} replies held (${tracks} tracks, ${short} short lists)`);
  console.log(`${broken} of ${worlds} worlds had a violation`);
  return broken === 0;
}

const given = readOptions({ help: HELP, options: ["replies", "seed"] });
const replies = wholeNumber(given, "replies", { least: 1, otherwise: 10_000 });
const seed = wholeNumber(given, "seed", { least: 0, otherwise: 1 });
if (!(await run(replies, seed))) process.exitCode = 1;
