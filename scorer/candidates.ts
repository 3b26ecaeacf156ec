import type { Adjustment, Band } from "./adjustment.ts";
import type { RetrievalQuery, Retriever } from "./retrieval/retriever.ts";
import type { TrackBits } from "./retrieval/track-bits.ts";
import { type PushedTrack, retrievePushed, type SkipPush } from "./skip-push.ts";

/** A track that may come into a list. */
export interface Candidate extends PushedTrack {
  /** What boosts, targets and novelty add; `score` has it. */
  readonly adjustment: number;
}

/** The `count` best tracks of the pool, best first; fewer where there are no more. `within` asks
 *  for the best of some of the pool instead. */
export type FindCandidates = (count: number, within?: TrackBits) => readonly Candidate[];

/** Searches the pool of `query` in the blend's score, moved away from skips and adjusted. */
export function openCandidates(
  retriever: Retriever,
  query: Omit<RetrievalQuery, "k">,
  { push, adjustment }: { push: SkipPush | undefined; adjustment: Adjustment | undefined },
): FindCandidates {
  const search = (k: number, allowed: TrackBits | undefined) =>
    retrievePushed(retriever, { ...query, ...(allowed && { allowed }), k }, push);
  if (adjustment === undefined) {
    return remembered((count, within = query.allowed) => search(count, within).map(unadjusted));
  }
  return remembered((count, within = query.allowed) => {
    const bands = adjustment.bands.map((band) => ({ band, allowed: both(band.tracks, within) }));
    return bestOfBands(count, adjustment.values, (depth) => {
      return bands.map(({ band, allowed }) => ({ band, found: search(depth, allowed) }));
    });
  });
}

/** A list that has rules asks for the same depths of the whole pool again and again. */
function remembered(find: FindCandidates): FindCandidates {
  const byCount = new Map<number, readonly Candidate[]>();
  return (count, within) => {
    if (within !== undefined) return find(count, within);
    const found = byCount.get(count) ?? find(count);
    byCount.set(count, found);
    return found;
  };
}

function unadjusted({ index, score, parts, skips }: PushedTrack): Candidate {
  return { index, score, parts, skips, adjustment: 0 };
}

/** The best of all bands by adjusted score. A band is done where none of its tracks that were not
 *  found can be among the best: it is found in order of the score before the adjustment. */
function bestOfBands(
  count: number,
  values: Float32Array,
  search: (depth: number) => { band: Band; found: readonly PushedTrack[] }[],
): readonly Candidate[] {
  for (let depth = count; ; depth *= 4) {
    const bands = search(depth);
    const all = bands.flatMap(({ found }) => found.map((track) => adjusted(track, values)));
    all.sort((one, other) => other.score - one.score || one.index - other.index);
    const best = all.slice(0, count);
    const least = best.length < count ? Number.NEGATIVE_INFINITY : best.at(-1)!.score;
    const isDone = bands.every(({ band, found }) => {
      return found.length < depth || found.at(-1)!.score + band.valueMax <= least;
    });
    if (isDone) return best;
  }
}

function adjusted(track: PushedTrack, values: Float32Array): Candidate {
  const adjustment = values[track.index]!;
  return { ...track, adjustment, score: Math.fround(track.score + adjustment) };
}

function both(one: TrackBits, other: TrackBits | undefined): TrackBits {
  return other === undefined ? one : one.map((word, at) => word & other[at]!);
}
