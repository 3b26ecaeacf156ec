import type { Sequences } from "../sequences.ts";
import { allPlays, type KeptPlays } from "./kept-plays.ts";
import type { RepeatedPlaylistConfig } from "./preparing-config.ts";

/** Leaves out sessions in which a listener's playlist goes round again: nearly every step from one
 *  track to another is one that the same listener had made `timesMax` times before. It looks at the
 *  past alone, so the first rounds of every playlist are learned. */
export function repeatedPlaylist(log: Sequences, config: RepeatedPlaylistConfig): KeptPlays {
  const kept = allPlays(log);
  if (!config.enabled) return kept;
  const { listenerStarts, sessionStarts } = log;
  const isHeardOften = frequentTracks(log, config.timesMax);
  let session = 0;
  for (let listener = 0; listener + 1 < listenerStarts.length; listener++) {
    const end = listenerStarts[listener + 1]!;
    const canRepeat = isHeardOften(listenerStarts[listener]!, end);
    const made = new Map<number, number>();
    for (; sessionStarts[session]! < end; session++) {
      if (!canRepeat) continue;
      const { steps, repeats } = makeSteps(log, session, { made, timesMax: config.timesMax });
      if (steps < config.stepsMin) continue;
      if (repeats >= config.repeatShare * steps) kept[session] = 0;
    }
  }
  return kept;
}

/** Tells whether any track is among the events from `start` up to `end` more than `timesMax` times:
 *  of most listeners none is, and their steps need not be counted. */
function frequentTracks(
  { track, trackIds }: Sequences,
  timesMax: number,
): (start: number, end: number) => boolean {
  const times = new Int32Array(trackIds.length);
  return (start, end) => {
    let isOften = false;
    for (let event = start; event < end; event++) {
      times[track[event]!]! += 1;
      if (times[track[event]!]! > timesMax) isOften = true;
    }
    for (let event = start; event < end; event++) times[track[event]!] = 0;
    return isOften;
  };
}

/** Counts a session's steps into `made`, and how many of them had been made often enough. */
function makeSteps(
  { track, trackIds, sessionStarts }: Sequences,
  session: number,
  { made, timesMax }: { readonly made: Map<number, number>; readonly timesMax: number },
): { readonly steps: number; readonly repeats: number } {
  let [steps, repeats] = [0, 0];
  for (let event = sessionStarts[session]! + 1; event < sessionStarts[session + 1]!; event++) {
    const [from, to] = [track[event - 1]!, track[event]!];
    if (from === to) continue;
    const step = from * trackIds.length + to;
    const times = made.get(step) ?? 0;
    made.set(step, times + 1);
    steps++;
    if (times >= timesMax) repeats++;
  }
  return { steps, repeats };
}
