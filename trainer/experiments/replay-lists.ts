import type { ListenerId } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import type { Models } from "../../core/state/advance.ts";
import type { ArmWishes } from "../../scorer/experiments/experiment.ts";
import { type ListenerHash, listenerHash } from "../../scorer/experiments/listener-hash.ts";
import type { LoggedList } from "../../scorer/experiments/logged-list.ts";
import { recommend } from "../../scorer/recommend.ts";
import { chancesOf, type Exploration } from "../../scorer/rules/choose.ts";
import { type Replay, startReplay } from "../evaluate/ask-and-hear.ts";
import { joinPlays } from "./join-plays.ts";
import type { PickContext } from "./reward-model.ts";

export interface ReplaySettings {
  /** What the new policy wants instead; by its own exploration, or as the list was explored. */
  readonly policy: Pick<ArmWishes, "weights" | "skips" | "exploration">;
  /** Of the listeners' hashes. */
  readonly salt: string;
  /** A play belongs to a list that was made at most so long before it. */
  readonly withinMs: number;
  readonly signal: AbortSignal;
  /** Told of every event that was heard. */
  readonly progress?: (events: number) => void;
}

export interface ReplayedLists {
  readonly contexts: readonly PickContext[];
  /** Lists of listeners of whom the log has no event. */
  readonly unheard: number;
  /** Of the lists that this very bundle made, how many were asked for again as they were made, and
   *  how many of these gave the first track the chance that was logged, to 1%. */
  readonly askedAgain: number;
  readonly repeated: number;
}

/** So many lists are asked for twice. */
const AGAIN_MAX = 500;
const REPEATED_TO = 0.01;

/** Replays a log through ingest's and the scorer's own code and asks, where a list was logged, how
 *  likely the new policy would have picked the track in its first place. The reward of a pick is 1
 *  where that track was played to its end from that list. All lists must be such that
 *  `tellsOfPolicies`. */
export async function replayLists(
  models: Models,
  lists: readonly LoggedList[],
  events: AsyncIterable<ListeningEvent>,
  settings: ReplaySettings,
): Promise<ReplayedLists> {
  const join = joinPlays(lists, settings);
  const replay = startReplay(models, { observe: () => undefined, asksWithoutLong: false });
  const asking = askLists(models, replay, settings);
  const next = new Map<ListenerHash, number>();
  const listeners = new Map<ListenerHash, ListenerId>();
  const played = new Set<string>();
  let heard = 0;

  async function askUntil(listener: ListenerId, hash: ListenerHash, untilMs: number) {
    const own = join.listsOf(hash);
    let at = next.get(hash) ?? 0;
    for (; at < own.length && own[at]!.madeAtMs <= untilMs; at++) {
      await asking.ask(own[at]!, listener);
    }
    next.set(hash, at);
  }

  for await (const event of events) {
    settings.signal.throwIfAborted();
    const hash = listenerHash(event.listener, settings.salt);
    listeners.set(hash, event.listener);
    await askUntil(event.listener, hash, event.happenedAtMs);
    await replay.hear(event);
    const found = event.kind === "finished" ? join.placeOf(hash, event) : undefined;
    if (found?.place === 0) played.add(found.list.id);
    settings.progress?.(++heard);
  }
  for (const [hash, listener] of listeners)
    await askUntil(listener, hash, Number.POSITIVE_INFINITY);
  const contexts = asking.asked.map(({ id, ...context }): PickContext => {
    return { ...context, reward: played.has(id) ? 1 : 0 };
  });
  return {
    contexts,
    unheard: lists.length - contexts.length,
    ...asking.again(),
  };
}

/** Whether a list says something of a new policy: it was explored, is a first page with a track, of
 *  one arm or none, and nothing but weights was asked for. */
export function tellsOfPolicies(list: LoggedList): boolean {
  const { tracks, experiment, firstPage, isConstrained, exploration } = list;
  const isInterleaved = experiment !== undefined && experiment.arm === undefined;
  const isExplored = exploration !== undefined && (tracks[0]?.propensity ?? 0) > 0;
  return isExplored && !isInterleaved && firstPage === undefined && !isConstrained;
}

function askLists({ bundle }: Models, { scorer }: Replay, { policy }: ReplaySettings) {
  const asked: (Omit<PickContext, "reward"> & { readonly id: string })[] = [];
  let [askedAgain, repeated] = [0, 0];

  async function optionsOf(
    list: LoggedList,
    listener: ListenerId,
    wishes: ReplaySettings["policy"],
  ) {
    const exploration: Exploration = { ...list.exploration!, ...wishes.exploration, seed: 0 };
    const { weights, skips } = wishes;
    const asked = { listener, k: exploration.pool, weights, skips, askedAtMs: list.madeAtMs };
    const { tracks } = await recommend(scorer, asked);
    const chances = chancesOf(
      tracks.map(({ score }) => score),
      exploration,
    );
    return tracks.map(({ track, score }, at) => {
      const popularity = bundle.popularity[bundle.indexOf(track)!]!;
      return { track, score, chance: chances[at]!, popularity };
    });
  }

  async function ask(list: LoggedList, listener: ListenerId): Promise<void> {
    const { track, propensity } = list.tracks[0]!;
    const options = await optionsOf(list, listener, policy);
    const at = options.findIndex((option) => option.track === track);
    asked.push({ id: list.id, listener: list.listener, propensity, options, at });
    if (list.bundle !== bundle.manifest.id || askedAgain >= AGAIN_MAX) return;
    const again = await optionsOf(list, listener, { weights: list.weights, skips: list.skips });
    const chance = again.find((option) => option.track === track)?.chance ?? 0;
    askedAgain++;
    if (Math.abs(chance - propensity) <= REPEATED_TO * propensity) repeated++;
  }

  return { asked, ask, again: () => ({ askedAgain, repeated }) };
}
