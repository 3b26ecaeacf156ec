import { isUnwanted } from "./event-columns.ts";
import type { Sequences } from "./sequences.ts";

/** The tracks of a session in order, without those that were skipped or disliked and those that are
 *  left out of the vocabulary. */
export function wantedTracks(sequences: Sequences, session: number): Uint32Array {
  const { sessionStarts, sessionEnds, track, features } = sequences;
  const tracks: number[] = [];
  for (let event = sessionStarts[session]!; event < sessionEnds[session]!; event++) {
    if (track[event]! >= 0 && !isUnwanted(features, event)) tracks.push(track[event]!);
  }
  return Uint32Array.from(tracks);
}
