import type { TrackIndex } from "../../core/domain/ids.ts";
import type { Candidate, FindCandidates } from "../candidates.ts";
import type { ServedTracks } from "../catalogue/new-tracks/served-tracks.ts";
import { addTrack, hasTrack, noTracks, type TrackBits } from "../retrieval/track-bits.ts";
import type { GrowingList } from "./list-rules.ts";
import type { ListRule, Pool } from "./pool.ts";

/** The pool that a list of `k` tracks is picked from. */
export interface PickedFrom {
  readonly k: number;
  /** How many candidates a place is first picked from; a few for each track where it is absent. */
  readonly firstDepth?: number | undefined;
  readonly pool: Pool;
  readonly tracks: Pick<ServedTracks, "end" | "has">;
}

/** A list that grows, and the tracks that are in it. */
export interface Growing {
  readonly list: GrowingList;
  readonly used: ReadonlySet<TrackIndex>;
}

export interface Options {
  /** The first rule that kept a track from any place. */
  readonly passedOver: ReadonlyMap<TrackIndex, ListRule>;
  /** The best tracks that may stand at the next place, in order of score; empty only where none of
   *  the pool may. A place that asks with the same `find` as the one before goes on where that one
   *  was. */
  optionsFrom(find: FindCandidates): readonly Candidate[];
}

/** A candidate's depth in the catalogue decides what it costs to find: first a few more than the
 *  list has, then thousands. What is beyond is only searched among the tracks that count for the
 *  shares that are due, and at last among those that the rules allow at the place. */
const FIRST_DEPTH_PER_TRACK = 4;
const DEPTH_MAX = 4096;

export function openOptions(
  from: PickedFrom,
  { list, used, optionsMax }: Growing & { readonly optionsMax: number },
): Options {
  const { firstDepth = FIRST_DEPTH_PER_TRACK * from.k } = from;
  const first = Math.max(firstDepth, 2 * optionsMax);
  const passedOver = new Map<TrackIndex, ListRule>();
  let shelves = newShelves(() => []);

  function allowedOf(found: Candidate[]): readonly Candidate[] {
    const options: Candidate[] = [];
    let kept = 0;
    let at = 0;
    for (; at < found.length && options.length < optionsMax; at++) {
      const candidate = found[at]!;
      if (used.has(candidate.index)) continue;
      const objection = list.objection(candidate.index);
      if (objection === undefined) options.push(candidate);
      else if (!passedOver.has(candidate.index)) passedOver.set(candidate.index, objection);
      if (objection === undefined || !LASTING.has(objection)) found[kept++] = candidate;
    }
    // What may never come any more is looked at once, and not again at each place.
    found.splice(kept, at - kept);
    return options;
  }

  function optionsFrom(find: FindCandidates): readonly Candidate[] {
    if (shelves.find !== find) shelves = newShelves(find);
    let options: readonly Candidate[] = [];
    for (const depth of [first, DEPTH_MAX]) {
      const { found, isAll } = shelves.to(depth);
      options = allowedOf(found);
      if (options.length === optionsMax || isAll) return options;
    }
    const due = list.due();
    if (options.length === 0 && due !== undefined) {
      const counting = () => tracksOf(leftOf(from, used), due.counts);
      options = allowedOf(shelves.to(DEPTH_MAX, due.name, counting).found);
    }
    if (options.length > 0) return options;
    const isAllowed = (row: TrackIndex) => list.objection(row) === undefined;
    return allowedOf([...find(optionsMax, tracksOf(leftOf(from, used), isAllowed))]);
  }

  function tracksOf(rows: Iterable<TrackIndex>, isOne: (row: TrackIndex) => boolean): TrackBits {
    const bits = noTracks(from.tracks.end());
    for (const row of rows) if (isOne(row)) addTrack(bits, row);
    return bits;
  }

  return { passedOver, optionsFrom };
}

/** What keeps a track from a place by these keeps it from all that follow. */
const LASTING: ReadonlySet<ListRule> = new Set([
  "near_duplicate",
  "unheard_share",
  "long_tail_share",
]);

interface Shelf {
  /** Best first; who looks through it takes away what nobody needs any more. */
  readonly found: Candidate[];
  /** Whether there were no more. */
  readonly isAll: boolean;
}

/** What one way to find candidates has found so far. */
function newShelves(find: FindCandidates) {
  const shelves = new Map<string, Shelf>();
  return {
    find,
    to(depth: number, name = "all", within?: () => TrackBits): Shelf {
      const key = `${name} ${depth}`;
      let shelf = shelves.get(key);
      if (shelf === undefined) {
        const found = [...find(depth, within?.())];
        shelf = { found, isAll: found.length < depth };
        shelves.set(key, shelf);
      }
      return shelf;
    },
  };
}

/** The tracks of the pool that are not used. */
export function* leftOf(
  { pool, tracks }: PickedFrom,
  used: ReadonlySet<TrackIndex>,
): Iterable<TrackIndex> {
  const { allowed, excluded } = pool;
  const end = tracks.end();
  for (let row = 0 as TrackIndex; row < end; row++) {
    if (allowed === undefined ? !tracks.has(row) : !hasTrack(allowed, row)) continue;
    if (!used.has(row) && !excluded.has(row)) yield row;
  }
}
