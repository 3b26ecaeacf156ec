import { SOURCE_NAMES } from "../core/bundle/manifest.ts";
import { MODEL_NAMES, type TrackIndex } from "../core/domain/ids.ts";
import type { ScoredTrack } from "./catalogue/new-tracks/served-tracks.ts";
import type { HeardSources } from "./hear-sources.ts";
import { effectiveWeights, SPARSE_NAMES } from "./retrieval/retriever.ts";
import { addTrack, hasTrack, noTracks } from "./retrieval/track-bits.ts";
import { type Averages, averageParts } from "./shares.ts";

/** Scores given tracks by what was heard: how far each is lifted above the average track, before
 *  skips push it. [tracks], in the order of `tracks`; the sums of the blend's parts, in float64. */
export type Lifts = (heard: Pick<HeardSources, "tastes" | "sparse" | "weights">) => Float64Array;

export function liftsOf(averages: Averages, tracks: readonly ScoredTrack[]): Lifts {
  const places = new Map(tracks.map(({ index }, at) => [index, at]));
  // Of a thousand tracks that sources speak of some twenty are asked for; a bit tells which.
  const listed = noTracks(averages.count);
  for (const { index } of tracks) addTrack(listed, index);
  return (heard) => {
    const weights = effectiveWeights({ ...heard, excluded: [], k: 0 });
    const average = averageParts(averages, heard);
    const ofAverage = SOURCE_NAMES.reduce((sum, name) => sum + average[name], 0);
    const lifts = Float64Array.from(tracks, (track) => {
      let score = weights.popularity * track.popularity;
      for (const name of MODEL_NAMES) {
        const [vector, taste] = [track.vectors[name], heard.tastes[name]];
        if (vector === undefined || taste === undefined || weights[name] === 0) continue;
        let dot = track.biases[name]!;
        for (let axis = 0; axis < taste.length; axis++) dot += taste[axis]! * vector[axis]!;
        score += weights[name] * dot;
      }
      return score - ofAverage;
    });
    for (const name of SPARSE_NAMES) {
      const scores = heard.sparse[name];
      if (scores === undefined || weights[name] === 0) continue;
      for (let at = 0; at < scores.tracks.length; at++) {
        const track = scores.tracks[at]! as TrackIndex;
        if (hasTrack(listed, track))
          lifts[places.get(track)!]! += weights[name] * scores.values[at]!;
      }
    }
    return lifts;
  };
}
