import { join } from "node:path";
import { createStepRunner } from "../core/bundle/graph-runner.ts";
import { NO_WEIGHTS } from "../core/bundle/manifest.ts";
import { openBundle } from "../core/bundle/open-bundle.ts";
import type { EventId, ListenerId } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import type { Models } from "../core/state/advance.ts";
import { listenerHash } from "../scorer/experiments/listener-hash.ts";
import { type LoggedList, loggedList } from "../scorer/experiments/logged-list.ts";
import { recommend } from "../scorer/recommend.ts";
import { chancesOf } from "../scorer/rules/choose.ts";
import { parseTrainingConfig } from "../trainer/config.ts";
import { type Replay, startReplay } from "../trainer/evaluate/ask-and-hear.ts";
import { estimatePolicy, type PolicyEstimates } from "../trainer/experiments/policy-estimates.ts";
import { replayLists } from "../trainer/experiments/replay-lists.ts";
import { withExpectations } from "../trainer/experiments/reward-model.ts";
import { seededChance } from "../trainer/simulate/chance.ts";
import { listen, wantedIn } from "../trainer/simulate/listen.ts";
import { makeListeners } from "../trainer/simulate/listeners.ts";
import { makeWorld } from "../trainer/simulate/make-world.ts";
import { simulate } from "../trainer/simulate/simulate.ts";
import { WORLD_RULES } from "../trainer/simulate/world-rules.ts";
import { train } from "../trainer/train.ts";
import { skipChance } from "./experiment-world.ts";
import { makeHome } from "./temporary.ts";

/** An estimate that was made from lists of a real scorer, beside the truth. */
export interface ServedEstimate {
  readonly estimates: PolicyEstimates;
  /** What the new policy would have earned in the same situations, in expectation. */
  readonly truth: number;
  /** Lists whose logged chance the replay gave again, of those that were asked for twice. */
  readonly repeated: number;
  readonly askedAgain: number;
}

const WORLD = { tracks: 250, seed: 3 };
const MODEL = { hidden: 24, dimension: 24, epochs: 4, lanes: 32 };
/** The lists are made by popularity alone; the new policy is the bundle's own blend. Both explore,
 *  of all tracks, so that the new policy can pick none that was never logged. */
const LOGGING = {
  weights: { ...NO_WEIGHTS, popularity: 1 },
  skips: 0,
  exploration: { uniform: 0.5, temperature: 1.5, pool: WORLD.tracks },
};
const WANTED = { uniform: 0.2, temperature: 3, pool: WORLD.tracks };
const HOUR_MS = 60 * 60 * 1000;

/** Learns a bundle from a simulated world, lets new listeners of that world hear music and lists
 *  of a scorer of that bundle, and estimates from these what another blend would have earned. */
export async function estimateServed(
  listeners: number,
  progress: (what: string) => void,
): Promise<ServedEstimate> {
  const home = makeHome();
  try {
    progress("learns a bundle of a simulated world");
    const models = await learn(home.folder);
    progress(`lets ${listeners} listeners hear lists of a scorer`);
    const { lists, events, truth } = await live(models, listeners);
    progress(`replays ${events.length} events and estimates`);
    async function* source() {
      yield* events;
    }
    const { contexts, repeated, askedAgain } = await replayLists(models, lists, source(), {
      policy: { exploration: WANTED },
      salt: "",
      withinMs: HOUR_MS,
      signal: new AbortController().signal,
    });
    await models.runner.close();
    const estimates = estimatePolicy(withExpectations(contexts), listeners);
    return { estimates, truth, repeated, askedAgain };
  } finally {
    home.remove();
  }
}

async function learn(folder: string): Promise<Models> {
  const [logFolder, outFolder] = [join(folder, "world"), join(folder, "learned")];
  await simulate({ ...WORLD, listeners: 60, days: 14, out: logFolder });
  const config = parseTrainingConfig({ refit: false, short: MODEL, long: MODEL });
  await train({ logFolder, outFolder, config, seed: 1 });
  const bundle = await openBundle(outFolder);
  return { bundle, runner: await createStepRunner(bundle) };
}

interface Lived {
  readonly lists: readonly LoggedList[];
  readonly events: readonly ListeningEvent[];
  readonly truth: number;
}

/** Each listener hears a session as the world has it, then gets a list and hears or skips its first
 *  track by the world's own rule. */
async function live(models: Models, count: number): Promise<Lived> {
  const world = makeWorld(WORLD);
  const indexOf = new Map<string, number>(world.tracks.map(({ id }, index) => [id, index]));
  const replay = startReplay(models, { observe: () => undefined, asksWithoutLong: false });
  const lists: LoggedList[] = [];
  const events: ListeningEvent[] = [];
  const chance = seededChance(WORLD.seed, "lists");
  let truth = 0;
  const hear = async (event: ListeningEvent) => {
    events.push(event);
    await replay.hear(event);
  };
  for (const listener of makeListeners(world, { seed: WORLD.seed + 1, listeners: count })) {
    const plays = listen(world, listener, WORLD_RULES.firstDayMs + 12 * HOUR_MS);
    for (const { event } of plays) await hear(event);
    const last = plays.at(-1)!;
    const asked = { listener, wanted: wantedIn(world, listener, last.mood) };
    const skips = (track: string) => skipChance({ world }, asked, indexOf.get(track)!);
    const { list, earned } = await explored(replay, last.event, {
      skips,
      seed: chance.below(2 ** 32),
    });
    lists.push(list);
    truth += earned / count;
    const { track } = list.tracks[0]!;
    const isSkip = chance.uniform() < skips(track);
    const { eventId, happenedAtMs } = last.event;
    await hear({
      ...last.event,
      eventId: `${eventId}-listed` as EventId,
      track,
      happenedAtMs: happenedAtMs + 200_000,
      kind: isSkip ? "skipped" : "finished",
      playedMs: isSkip ? 10_000 : 190_000,
      trackMs: 190_000,
    });
  }
  return { lists, events, truth };
}

/** A list that is made and explored by popularity, a second after an event, and what the new policy
 *  would have earned in its place. */
async function explored(
  { scorer }: Replay,
  event: ListeningEvent,
  { skips, seed }: { readonly skips: (track: string) => number; readonly seed: number },
): Promise<{ readonly list: LoggedList; readonly earned: number }> {
  const listener: ListenerId = event.listener;
  const asked = { listener, k: 5, askedAtMs: event.happenedAtMs + 1_000 };
  const query = { ...asked, ...LOGGING, exploration: { ...LOGGING.exploration, seed } };
  const made = await recommend(scorer, query);
  const { askedAtMs: madeAtMs, ...logged } = query;
  const told = { listener: listenerHash(listener, ""), madeAtMs };
  const list = loggedList({ ...made, id: `list of ${listener}` }, logged, told);
  const { tracks } = await recommend(scorer, { ...asked, k: WANTED.pool });
  const scores = tracks.map(({ score }) => score);
  const chances = chancesOf(scores, WANTED);
  const earned = tracks.reduce((sum, { track }, at) => sum + chances[at]! * (1 - skips(track)), 0);
  return { list, earned };
}
