import { beginsSession } from "../event-columns.ts";
import type { Sequences } from "../sequences.ts";
import { HORIZONS, type Term } from "./recipes.ts";

/** What a taste is asked after, and which tracks it should then be near to. */
export interface PredictionPoints {
  /** [points]: events of the predicted log. */
  readonly after: Int32Array;
  /** [points]: whose. */
  readonly listener: Int32Array;
  /** [points + 1]: where each point's relevant tracks begin, then how many there are. */
  readonly relevantStarts: Int32Array;
  /** Track indices; −1 for a track that was not learned. */
  readonly relevant: Int32Array;
}

/** Short: after every event but the last of each session, the next track. Long: after every event
 *  with at least ℓmin events of its listener behind it, the tracks from ℓmin to ℓmax ahead, each
 *  once. Whole listeners, evenly over the log, until about `predictionsMax` points. */
export function predictionPoints(
  sequences: Sequences,
  term: Term,
  predictionsMax: number,
): PredictionPoints {
  const listeners = Array.from(sequences.listenerStarts.subarray(1), (end, listener) => {
    const start = sequences.listenerStarts[listener]!;
    return term === "short"
      ? nextTracks(sequences, start, end)
      : aheadTracks(sequences, start, end);
  });
  const able = [...listeners.entries()].filter(([, points]) => points.length > 0);
  const total = able.reduce((sum, [, points]) => sum + points.length, 0);
  const stride = Math.max(1, Math.ceil(total / predictionsMax));
  const asked = able
    .filter((_, index) => index % stride === 0)
    .flatMap(([listener, points]) => points.map((point) => ({ listener, ...point })));
  const relevantStarts = new Int32Array(asked.length + 1);
  for (const [index, { relevant }] of asked.entries()) {
    relevantStarts[index + 1] = relevantStarts[index]! + relevant.length;
  }
  return {
    after: Int32Array.from(asked, ({ after }) => after),
    listener: Int32Array.from(asked, ({ listener }) => listener),
    relevantStarts,
    relevant: Int32Array.from(asked.flatMap(({ relevant }) => [...relevant])),
  };
}

interface Point {
  readonly after: number;
  readonly relevant: Int32Array;
}

/** Of one listener's events, `start` up to `end`. */
function nextTracks({ track, features }: Sequences, start: number, end: number): Point[] {
  const points: Point[] = [];
  for (let next = start + 1; next < end; next++) {
    if (beginsSession(features, next)) continue;
    points.push({ after: next - 1, relevant: track.subarray(next, next + 1) });
  }
  return points;
}

function aheadTracks({ track }: Sequences, start: number, end: number): Point[] {
  const { min, max } = HORIZONS.long;
  const points: Point[] = [];
  for (let after = start; after + min < end; after++) {
    const ahead = track.subarray(after + min, Math.min(end, after + max + 1));
    const relevant = ahead.filter((one, index) => one < 0 || ahead.indexOf(one) === index);
    points.push({ after, relevant });
  }
  return points;
}
