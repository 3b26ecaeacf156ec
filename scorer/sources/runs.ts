import type { RunPlays } from "../../core/bundle/bundle.ts";
import { SESSION_END } from "../../core/bundle/run-order.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";

/** Of a run that was played more often, so many places speak, evenly over all of them. */
const PLACES_MAX = 1000;

/** Tells what was played next wherever the session's last two tracks were played in a row, and
 *  again for its last three, and so on up to `tracks_max`: `visit` gets each place's next track
 *  with weight^(tracks − 1) / (places + 1). So a run that was met often is believed more than one
 *  that was met once, and a longer run more than a short one.
 *  Source: a variable-order Markov model (Ron, Singer and Tishby 1996, doi 10.1007/BF00114008),
 *  kept as a suffix array and so without a limit on what it remembers. */
export function findRuns(runs: RunPlays): (
  /** The last one first. */
  session: readonly TrackIndex[],
  visit: (next: TrackIndex, amount: number) => void,
) => void {
  const { played, places, tracks_max: tracksMax, weight } = runs;
  /** The first of `places[from…to)` whose track `back` places earlier is `track` or comes after. */
  const firstAt = (from: number, to: number, back: number, track: number): number => {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = played[places[middle]! - back] ?? SESSION_END;
      if (found < track) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (session, visit) => {
    let [from, to] = [0, places.length];
    for (let back = 0; back < Math.min(tracksMax, session.length); back++) {
      const track = session[back]!;
      from = firstAt(from, to, back, track);
      to = firstAt(from, to, back, track + 1);
      if (from === to) return;
      if (back === 0) continue;
      const stride = Math.ceil((to - from) / PLACES_MAX);
      const amount = weight ** back / (Math.ceil((to - from) / stride) + 1);
      for (let at = from; at < to; at += stride) {
        visit(played[places[at]! + 1]! as TrackIndex, amount);
      }
    }
  };
}
