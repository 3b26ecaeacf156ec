import { isUnwanted } from "./event-columns.ts";
import type { Sequences } from "./sequences.ts";

/** The tracks of a session in order, without those that were skipped or disliked and those that are
 *  left out of the vocabulary. */
export function wantedTracks(sequences: Sequences, session: number): Uint32Array {
  const { sessionStarts, sessionEnds, track } = sequences;
  const tracks: number[] = [];
  for (let event = sessionStarts[session]!; event < sessionEnds[session]!; event++) {
    if (isWanted(sequences, event)) tracks.push(track[event]!);
  }
  return Uint32Array.from(tracks);
}

export function countWanted(sequences: Sequences, session: number): number {
  const { sessionStarts, sessionEnds } = sequences;
  let count = 0;
  for (let event = sessionStarts[session]!; event < sessionEnds[session]!; event++) {
    if (isWanted(sequences, event)) count++;
  }
  return count;
}

/** Whether an event is a play of a known track that was neither skipped nor disliked. */
export function isWanted({ track, features }: Sequences, event: number): boolean {
  return track[event]! >= 0 && !isUnwanted(features, event);
}
