import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import type { ListenerHash } from "../../scorer/experiments/listener-hash.ts";
import type { LoggedList } from "../../scorer/experiments/logged-list.ts";

/** A track's place in a list. */
export interface ListPlace {
  readonly list: LoggedList;
  /** From 0. */
  readonly place: number;
  /** Whether the event names the list; else it is the newest list of its listener with the
   *  track. */
  readonly isNamed: boolean;
}

/** Finds the list that an event's track was played from. */
export interface PlayJoin {
  /** All of a listener's lists, in order of time. */
  listsOf(listener: ListenerHash): readonly LoggedList[];
  /** Undefined for an event of no logged list. */
  placeOf(listener: ListenerHash, event: ListeningEvent): ListPlace | undefined;
}

/** A track may have begun so long before its list by the player's clock. */
const CLOCK_SLACK_MS = 2_000;

/** An event belongs to the list that it names, or else to the newest one of its listener that holds
 *  the track and was made before the play began, at most `withinMs` before it. */
export function joinPlays(
  lists: Iterable<LoggedList>,
  { withinMs }: { readonly withinMs: number },
): PlayJoin {
  const byListener = new Map<ListenerHash, LoggedList[]>();
  const byId = new Map<string, LoggedList>();
  for (const list of lists) {
    byId.set(list.id, list);
    const own = byListener.get(list.listener);
    if (own === undefined) byListener.set(list.listener, [list]);
    else own.push(list);
  }
  for (const own of byListener.values()) own.sort((a, b) => a.madeAtMs - b.madeAtMs);

  return {
    listsOf: (listener) => byListener.get(listener) ?? [],
    placeOf(listener, event) {
      const named = event.recommendationId === "" ? undefined : byId.get(event.recommendationId);
      if (named !== undefined) return placeIn(named, event, true);
      const beganAtMs = event.happenedAtMs - (event.playedMs ?? 0) + CLOCK_SLACK_MS;
      const own = byListener.get(listener) ?? [];
      for (let at = firstAfter(own, beganAtMs) - 1; at >= 0; at--) {
        if (own[at]!.madeAtMs < beganAtMs - withinMs) return undefined;
        const found = placeIn(own[at]!, event, false);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

function placeIn(list: LoggedList, event: ListeningEvent, isNamed: boolean): ListPlace | undefined {
  const place = list.tracks.findIndex(({ track }) => track === event.track);
  return place === -1 ? undefined : { list, place, isNamed };
}

/** How many of `lists`, in order of time, were made at `atMs` or before. */
function firstAfter(lists: readonly LoggedList[], atMs: number): number {
  let [low, high] = [0, lists.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lists[middle]!.madeAtMs <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
