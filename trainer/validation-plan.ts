import type { ModelName } from "../core/domain/ids.ts";
import type { Predictions } from "./replay-tastes.ts";
import { type Sequences, type TimeSplit, trackSupport } from "./sequences.ts";
import type { Walks } from "./walks.ts";

/** Which predictions measure the models, and what has to be heard before them. */
export interface ValidationPlan {
  readonly predictions: Predictions;
  readonly walks: Readonly<Record<ModelName, Walks>>;
}

/** Takes whole sessions of those held back, evenly over time, until about
 *  `validationPredictionsMax` events but the first of each session are to be predicted. A track
 *  that has not the support before the split could not be known there: as an answer it is −1, which
 *  no list holds. */
export function planValidation(
  { sequences, trained, held }: TimeSplit,
  rules: { readonly validationPredictionsMax: number; readonly trackSupportMin: number },
): ValidationPlan {
  const { sessionStarts, track } = sequences;
  const support = trackSupport(sequences, trained);
  const predictable = held.reduce((sum, session) => {
    return sum + sessionStarts[session + 1]! - sessionStarts[session]! - 1;
  }, 0);
  const stride = Math.max(1, Math.ceil(predictable / rules.validationPredictionsMax));
  const sessions = held.filter((_, index) => index % stride === 0);
  const after: number[] = [];
  for (const session of sessions) {
    const last = sessionStarts[session + 1]! - 1;
    for (let event = sessionStarts[session]!; event < last; event++) after.push(event);
  }
  const answerAfter = (event: number) => {
    const answer = track[event + 1]!;
    return answer >= 0 && support[answer]! >= rules.trackSupportMin ? answer : -1;
  };
  return {
    predictions: { after: Int32Array.from(after), answer: Int32Array.from(after, answerAfter) },
    walks: {
      short: {
        starts: sessions.map((session) => sessionStarts[session]!),
        ends: sessions.map((session) => sessionStarts[session + 1]!),
      },
      long: historiesUpTo(sequences, sessions),
    },
  };
}

/** Of each listener of `sessions`, everything up to the last of them. */
function historiesUpTo(sequences: Sequences, sessions: Int32Array): Walks {
  const { listenerStarts, sessionStarts } = sequences;
  const sorted = sessions.toSorted();
  const starts: number[] = [];
  const ends: number[] = [];
  let listener = 0;
  for (const session of sorted) {
    while (listenerStarts[listener + 1]! <= sessionStarts[session]!) listener++;
    const start = listenerStarts[listener]!;
    if (starts.at(-1) !== start) {
      starts.push(start);
      ends.push(0);
    }
    ends[ends.length - 1] = sessionStarts[session + 1]!;
  }
  return { starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
}
