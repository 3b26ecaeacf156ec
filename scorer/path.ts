import { NO_WEIGHTS } from "../core/bundle/manifest.ts";
import { Failure } from "../core/domain/failure.ts";
import { MODEL_NAMES, type ModelName, type TrackId, type TrackIndex } from "../core/domain/ids.ts";
import type { Candidate, FindCandidates } from "./candidates.ts";
import type { ServedTracks } from "./catalogue/new-tracks/served-tracks.ts";
import { REQUEST_LIMITS } from "./limits.ts";
import { type NearestOnLine, openLineSearch } from "./line-search.ts";
import type { RetrievalQuery } from "./retrieval/retriever.ts";
import { addTrack, hasTrack, noTracks } from "./retrieval/track-bits.ts";
import { dot, unitVector } from "./rules/choose.ts";
import type { Scorer } from "./scorer.ts";

export interface PathWish {
  readonly from: TrackId;
  readonly to: TrackId;
}

/** A way through the space of a model, place by place. */
export interface OpenPath {
  readonly model: ModelName;
  /** How many candidates it finds for a place with the least effort. */
  readonly near: number;
  candidatesAt(place: number): FindCandidates;
}

/** Of the tracks that the model scores best for a point, so many are compared with it at least: of
 *  the longest path's last place half are left. */
const NEAR_MIN = 2 * REQUEST_LIMITS.pathTracksMax;
/** What is popular has no more weight on the way than far-off tracks have: points are so many times
 *  longer than vectors of length 1, and the model's bias stays as it is. */
const OVER_BIAS = 1000;

/** The way from one track to another in `k` places: the candidates of a place are those nearest by
 *  cosine, which is their score, to the point that divides the straight line between both unit
 *  vectors; those of the last place begin with the goal, which no place before it gets. Throws
 *  `bad_request` for a track that the bundle does not know. */
export function openPath(
  { bundle, live, retriever }: Pick<Scorer, "bundle" | "live" | "retriever">,
  { from, to }: PathWish,
  { k, pool }: { k: number; pool: Pick<RetrievalQuery, "allowed" | "excluded"> },
): OpenPath {
  const [start, goal] = [
    indexOf(live.tracks, from, "path.from_track"),
    indexOf(live.tracks, to, "path.to_track"),
  ];
  const name = MODEL_NAMES.find((model) => bundle.models[model] !== undefined)!;
  const unitOf = (track: TrackIndex) => unitVector(live.tracks.vectorOf(name, track)!);
  const [first, last] = [unitOf(start), unitOf(goal)];
  const others = { ...pool, excluded: [...pool.excluded, goal] };
  const lineOf = (count: number, allowed = pool.allowed) =>
    openLineSearch(
      { retriever, tracks: live.tracks },
      {
        ...{ model: name, start: first, end: last, points: k, scale: OVER_BIAS },
        ...{ count: Math.max(count, NEAR_MIN), pool: { ...others, ...(allowed && { allowed }) } },
      },
    );
  const lines = new Map<number, NearestOnLine>();
  const lineFor = (count: number) => {
    const line = lines.get(count) ?? lineOf(count);
    lines.set(count, line);
    return line;
  };
  const atGoal = (within = pool.allowed): readonly Candidate[] => {
    const allowed = noTracks(live.tracks.end());
    if (within === undefined || hasTrack(within, goal)) addTrack(allowed, goal);
    const tastes = { [name]: last.map((value) => value * OVER_BIAS) };
    const weights = { ...NO_WEIGHTS, [name]: 1 };
    const found = retriever.retrieve({ ...pool, allowed, tastes, weights, k: 1 });
    return found.map((track) => ({ ...track, score: dot(last, last), skips: 0, adjustment: 0 }));
  };
  return {
    model: name,
    near: NEAR_MIN,
    candidatesAt: (place) => (count, within) => {
      // What a place asks for within is no other place's.
      const nearest = within === undefined ? lineFor(count) : lineOf(count, within);
      const found = nearest(place);
      return place + 1 === k ? [...atGoal(within), ...found] : found;
    },
  };
}

function indexOf(tracks: ServedTracks, track: TrackId, field: string): TrackIndex {
  const index = tracks.indexOf(track);
  if (index !== undefined) return index;
  throw new Failure("bad_request", `${field} is no track that the bundle knows`, { field });
}
