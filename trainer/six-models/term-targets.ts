import type { Random } from "../random.ts";
import type { Sequences } from "../sequences.ts";
import { aheadTargets, listenerWalks, type Targets, type Walks } from "../walks.ts";
import { HORIZONS, type ModelRecipe, type Term } from "./recipes.ts";

/** Whole playlists or histories of `sessions`: each walk is one sequence, of two events at least.
 *  A history goes in pieces of at most `pieceEventsMax` events. */
export function sequenceWalks(
  sequences: Sequences,
  sessions: Int32Array,
  cut: { readonly sequence: ModelRecipe["sequence"]; readonly pieceEventsMax: number },
): Walks {
  if (cut.sequence === "history") {
    return listenerWalks(sequences, sessions, cut.pieceEventsMax);
  }
  const { sessionStarts, sessionEnds } = sequences;
  const long = sessions.filter((session) => {
    return sessionEnds[session]! - sessionStarts[session]! > 1;
  });
  return {
    starts: long.map((session) => sessionStarts[session]!),
    ends: long.map((session) => sessionEnds[session]!),
  };
}

/** After each event, the one that the taste should be near to: ℓ events ahead, ℓ drawn evenly from
 *  the term's ℓmin to ℓmax, or the last one where a sequence is shorter. Skipped and disliked
 *  tracks are heard but never wanted. */
export function termTargets(
  sequences: Sequences,
  walks: Walks,
  draw: { readonly term: Term; readonly random: Random },
): Targets {
  const horizon = HORIZONS[draw.term];
  return aheadTargets(sequences, walks, { skippedTargetWeight: 0, horizon, random: draw.random });
}
