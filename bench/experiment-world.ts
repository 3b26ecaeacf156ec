import { NO_WEIGHTS } from "../core/bundle/manifest.ts";
import type { BundleId, EventId, ListenerId, TrackId } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import { assign } from "../scorer/experiments/assign.ts";
import type { Experiment } from "../scorer/experiments/experiment.ts";
import { teamDraft } from "../scorer/experiments/interleave.ts";
import { listenerHash } from "../scorer/experiments/listener-hash.ts";
import type { LoggedList, LoggedTrack } from "../scorer/experiments/logged-list.ts";
import type { Chance } from "../trainer/simulate/chance.ts";
import { wantedIn } from "../trainer/simulate/listen.ts";
import { type Listener, makeListeners } from "../trainer/simulate/listeners.ts";
import { makeWorld } from "../trainer/simulate/make-world.ts";
import { skipProbability, skippedFraction } from "../trainer/simulate/skip-rule.ts";
import { type Direction, fit, near } from "../trainer/simulate/taste-space.ts";
import type { World } from "../trainer/simulate/world.ts";

/** The simulated world as experiments see it: tracks and people, and no recommender. */
export interface People {
  readonly world: World;
  readonly listeners: readonly Listener[];
}

/** What a recommender of this world weighs: how a track fits what it takes the session to want,
 *  which it knows but roughly, and how popular it is. */
export interface Recommender {
  readonly fit: number;
  readonly popularity: number;
}

const TRACKS = 600;
const LISTENERS = 1_500;
/** How far off a recommender is with what a session wants. */
const GUESS_SPREAD = 0.6;
const OPTIONS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;

export function makePeople(seed: number): People {
  const world = makeWorld({ seed, tracks: TRACKS });
  return { world, listeners: makeListeners(world, { seed, listeners: LISTENERS }) };
}

/** What a session wants, who wants it, and the tracks that may be recommended. */
export interface Asked {
  readonly listener: Listener;
  readonly wanted: Direction;
  readonly guessed: Direction;
  /** Track indices. */
  readonly options: readonly number[];
}

export function drawAsked({ world }: People, listener: Listener, chance: Chance): Asked {
  const wanted = wantedIn(world, listener, chance.below(world.moods.length));
  const options = new Set<number>();
  while (options.size < OPTIONS) options.add(chance.below(world.tracks.length));
  return { listener, wanted, guessed: near(chance, wanted, GUESS_SPREAD), options: [...options] };
}

/** By option. */
export function scoresOf({ world }: People, asked: Asked, by: Recommender): readonly number[] {
  return asked.options.map((track) => {
    const { direction, popularity } = world.tracks[track]!;
    return by.fit * fit(direction, asked.guessed) + by.popularity * Math.log(popularity);
  });
}

/** How likely a track, by its index, would be skipped; the world's own rule. */
export function skipChance(
  { world }: Pick<People, "world">,
  { listener, wanted }: Pick<Asked, "listener" | "wanted">,
  track: number,
): number {
  return skipProbability({
    fit: fit(world.tracks[track]!.direction, wanted),
    bias: listener.skipBias,
    run: "radio",
    heardRecently: false,
    streak: 0,
  });
}

export interface DrawnExperiment {
  readonly lists: readonly LoggedList[];
  readonly events: readonly ListeningEvent[];
}

export interface ExperimentDraw {
  readonly experiment: Experiment;
  /** By arm. */
  readonly recommenders: Readonly<Record<string, Recommender>>;
  readonly listeners: number;
  /** A listener gets one list to so many, each number as often. */
  readonly listsMax: number;
  readonly listLength: number;
}

/** One run of an experiment: listeners who are new to it come over two weeks, get their lists
 *  within some hours, and hear or skip every track of them. */
export function drawExperiment(
  people: People,
  { experiment, recommenders, listeners, listsMax, listLength }: ExperimentDraw,
  chance: Chance,
): DrawnExperiment {
  const lists: LoggedList[] = [];
  const events: ListeningEvent[] = [];
  for (let index = 0; index < listeners; index++) {
    const id = `${experiment.salt}-${index}` as ListenerId;
    const listener = people.listeners[chance.below(people.listeners.length)]!;
    const assignment = assign([experiment], id, 0);
    if (assignment === undefined) continue;
    let atMs = chance.uniform() * 14 * DAY_MS;
    const count = 1 + chance.below(listsMax);
    for (let list = 0; list < count; list++) {
      const asked = drawAsked(people, listener, chance);
      const made = (arm: string) =>
        bestTracks(people, asked, recommenders[arm]!).slice(0, listLength);
      const { arm } = assignment;
      const tracks = arm ? made(arm.name) : interleaved(experiment, made, { listLength, chance });
      const logged = loggedOf({
        id,
        atMs,
        arm: arm?.name,
        experiment,
        number: lists.length,
        tracks,
      });
      lists.push(logged);
      atMs += HOUR_MS;
      events.push(...hearAll(people, asked, logged, { id, chance }));
    }
  }
  return { lists, events };
}

type Listed = Pick<LoggedTrack, "track" | "arm">;

function bestTracks(people: People, asked: Asked, by: Recommender): readonly Listed[] {
  const scores = scoresOf(people, asked, by);
  const order = asked.options.map((_, at) => at).sort((a, b) => scores[b]! - scores[a]!);
  return order.map((at) => ({ track: String(asked.options[at]) as TrackId, arm: undefined }));
}

function interleaved(
  { arms }: Experiment,
  made: (arm: string) => readonly Listed[],
  { listLength, chance }: { readonly listLength: number; readonly chance: Chance },
): readonly Listed[] {
  const [one, other] = arms.map(({ name }) => made(name)) as [readonly Listed[], readonly Listed[]];
  return teamDraft([one, other], listLength, chance.uniform).map(({ item, team }) => {
    return { ...item, arm: team === undefined ? undefined : arms[team]!.name };
  });
}

function loggedOf(made: {
  readonly id: ListenerId;
  readonly atMs: number;
  readonly arm: string | undefined;
  readonly experiment: Experiment;
  readonly number: number;
  readonly tracks: readonly Listed[];
}): LoggedList {
  const { id, atMs, arm, experiment, number, tracks } = made;
  return {
    id: `list-${number}`,
    madeAtMs: atMs,
    listener: listenerHash(id, ""),
    bundle: "simulated" as BundleId,
    rung: "blend",
    weights: NO_WEIGHTS,
    skips: 0,
    tracks: tracks.map((track) => ({
      ...{ ...track, score: 0, propensity: 1, isNew: false },
    })),
    firstPage: undefined,
    firstPlace: 0,
    exploration: undefined,
    isConstrained: false,
    experiment: { name: experiment.name, arm, control: experiment.control, share: 0.4 },
  };
}

function hearAll(
  people: People,
  asked: Asked,
  list: LoggedList,
  { id, chance }: { readonly id: ListenerId; readonly chance: Chance },
): ListeningEvent[] {
  let atMs = list.madeAtMs;
  return list.tracks.map(({ track }) => {
    const { lengthMs, direction } = people.world.tracks[Number(track)]!;
    const isSkip = chance.uniform() < skipChance(people, asked, Number(track));
    const share = isSkip ? skippedFraction(chance, fit(direction, asked.wanted)) : 1;
    const playedMs = Math.round(share * lengthMs);
    atMs += playedMs;
    return {
      eventId: `${list.id}-${track}` as EventId,
      listener: id,
      session: undefined,
      track,
      happenedAtMs: atMs,
      kind: isSkip ? "skipped" : "finished",
      playedMs,
      trackMs: lengthMs,
      contextKind: "recommendation",
      contextId: "",
      shuffle: false,
      device: "",
      recommendationId: list.id,
    };
  });
}
