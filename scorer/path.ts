import { NO_WEIGHTS } from "../core/bundle/manifest.ts";
import { Failure } from "../core/domain/failure.ts";
import { MODEL_NAMES, type ModelName, type TrackId, type TrackIndex } from "../core/domain/ids.ts";
import type { Candidate, FindCandidates } from "./candidates.ts";
import type { ServedTracks } from "./catalogue/new-tracks/served-tracks.ts";
import type { RetrievalQuery } from "./retrieval/retriever.ts";
import { addTrack, hasTrack, noTracks, type TrackBits } from "./retrieval/track-bits.ts";
import { dot, unitVector } from "./rules/choose.ts";
import type { Scorer } from "./scorer.ts";

export interface PathWish {
  readonly from: TrackId;
  readonly to: TrackId;
}

/** A way through the space of a model, place by place. */
export interface OpenPath {
  readonly model: ModelName;
  candidatesAt(place: number): FindCandidates;
}

/** Of the tracks that the model scores best for a point, so many are compared with it at least. */
const NEAR_MIN = 200;
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
  // Tracks that are near a point are near the next one, too.
  const units = new Map<TrackIndex, Float32Array>();
  const unitOf = (track: TrackIndex) => {
    const unit = units.get(track) ?? unitVector(live.tracks.vectorOf(name, track)!);
    units.set(track, unit);
    return unit;
  };
  const [first, last] = [unitOf(start), unitOf(goal)];
  const weights = { ...NO_WEIGHTS, [name]: 1 };
  const onlyGoal = (within: TrackBits | undefined): TrackBits => {
    const bits = noTracks(live.tracks.end());
    if (within === undefined || hasTrack(within, goal)) addTrack(bits, goal);
    return bits;
  };
  return {
    model: name,
    candidatesAt(place) {
      const along = (place + 1) / k;
      const point = first.map((value, axis) => value + along * (last[axis]! - value));
      const tastes = { [name]: point.map((value) => value * OVER_BIAS) };
      const search = (count: number, allowed: TrackBits | undefined) =>
        retriever.retrieve({ ...pool, ...(allowed && { allowed }), tastes, weights, k: count });
      const unit = unitVector(point);
      return (count, within = pool.allowed) => {
        // One more, in the place of the goal.
        const near = search(Math.max(count, NEAR_MIN) + 1, within);
        const others = near.filter(({ index }) => index !== goal);
        const atGoal = place + 1 === k ? search(1, onlyGoal(within)) : [];
        const scored = [...others, ...atGoal].map((track): Candidate => {
          const score = Math.fround(dot(unit, unitOf(track.index)));
          return { ...track, score, skips: 0, adjustment: 0 };
        });
        return scored.sort((one, other) => other.score - one.score || one.index - other.index);
      };
    },
  };
}

function indexOf(tracks: ServedTracks, track: TrackId, field: string): TrackIndex {
  const index = tracks.indexOf(track);
  if (index !== undefined) return index;
  throw new Failure("bad_request", `${field} is no track that the bundle knows`, { field });
}
