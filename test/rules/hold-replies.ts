import fc from "fast-check";
import { recommend } from "../../scorer/recommend.ts";
import { nextTracksReply } from "../../scorer/replies.ts";
import { nextTracksQuery } from "../../scorer/requests.ts";
import { request } from "./draw-request.ts";
import { violationsOf } from "./violations.ts";
import { rulesWorld } from "./world.ts";

/** So many requests are asked of each world. */
export const REPLIES_PER_WORLD = 500;

export interface HeldReplies {
  /** How many lists were asked for, how many of them were short, and their tracks. */
  lists: number;
  short: number;
  tracks: number;
}

/** Asks one world for many lists and holds each against the rules of its request. Throws at the
 *  first that breaks one, with the seed. */
export async function holdReplies(seed: number): Promise<HeldReplies> {
  const world = await rulesWorld(seed);
  const held: HeldReplies = { lists: 0, short: 0, tracks: 0 };
  const property = fc.asyncProperty(request, async (asked) => {
    if (held.lists % 50 === 49) world.stir();
    const recommendation = await recommend(world.scorer, nextTracksQuery(asked));
    const reply = nextTracksReply(recommendation, { describe: undefined, withDetails: false });
    const broken = violationsOf(world, asked, reply);
    if (broken.length > 0) throw new Error(`world ${seed}: ${broken.join("; ")}`);
    held.lists += 1;
    held.tracks += reply.tracks.length;
    if (reply.tracks.length < asked.k!) held.short += 1;
  });
  await fc.assert(property, { seed, numRuns: REPLIES_PER_WORLD });
  return held;
}
