import type { TrackId } from "../../core/domain/ids.ts";

/** A track of an interleaved list. */
export interface Drafted<Item> {
  readonly item: Item;
  /** Which list gave it; undefined where the other one had nothing more to give, so that it counts
   *  for neither. */
  readonly team: 0 | 1 | undefined;
}

/** Team-draft interleaving: in each round both lists, in an order that is drawn, give their best
 *  track that was not given yet, so that a place says nothing of its team. `random` gives numbers
 *  in [0, 1). Source: Radlinski, Kurup and Joachims 2008 (doi 10.1145/1458082.1458092), algorithm
 *  2; where one list is at its end, theirs ends too, and this one goes on without a team. */
export function teamDraft<Item extends { readonly track: TrackId }>(
  lists: readonly [readonly Item[], readonly Item[]],
  k: number,
  random: () => number,
): readonly Drafted<Item>[] {
  const drafted: Drafted<Item>[] = [];
  const given = new Set<TrackId>();
  const next: [number, number] = [0, 0];
  const sizes: [number, number] = [0, 0];

  function best(team: 0 | 1): Item | undefined {
    const list = lists[team];
    while (next[team] < list.length && given.has(list[next[team]]!.track)) next[team]++;
    return list[next[team]];
  }

  while (drafted.length < k) {
    const candidates = [best(0), best(1)] as const;
    if (candidates[0] === undefined && candidates[1] === undefined) break;
    const isContest = candidates[0] !== undefined && candidates[1] !== undefined;
    const turn = turnOf(sizes, random);
    const from = isContest ? turn : candidates[0] === undefined ? 1 : 0;
    const item = candidates[from]!;
    given.add(item.track);
    sizes[from]++;
    drafted.push({ item, team: isContest ? from : undefined });
  }
  return drafted;
}

function turnOf([one, other]: readonly [number, number], random: () => number): 0 | 1 {
  if (one !== other) return one < other ? 0 : 1;
  return random() < 0.5 ? 0 : 1;
}
