import { Failure } from "../../core/domain/failure.ts";
import type { TrainingConfig } from "../config.ts";
import { heldShare } from "../held-share.ts";
import { type Sequences, splitByTime, type TimeSplit } from "../sequences.ts";
import { automatedListening } from "./automated-listening.ts";
import { type KeptPlays, keepPlays } from "./kept-plays.ts";
import { minimumSupport } from "./minimum-support.ts";
import {
  differenceOf,
  type LogSize,
  type Preparation,
  sizeOf,
  splitSize,
  unknownIn,
} from "./preparation.ts";
import { repeatedPlaylist } from "./repeated-playlist.ts";
import { sessionLength } from "./session-length.ts";

type PreparingRules = Pick<
  TrainingConfig,
  "preparing" | "idleTimeoutMs" | "trackSupportMin" | "validationShare" | "validationPredictionsMax"
>;

/** The steps that leave out plays, in order: each sees what the ones before it left. */
const STEPS: readonly (readonly [
  name: string,
  step: (log: Sequences, rules: PreparingRules) => KeptPlays,
])[] = [
  [
    "automated_listening",
    (log, { preparing, idleTimeoutMs }) =>
      automatedListening(log, preparing.automatedListening, idleTimeoutMs),
  ],
  ["repeated_playlist", (log, { preparing }) => repeatedPlaylist(log, preparing.repeatedPlaylist)],
  ["session_length", (log, { preparing }) => sessionLength(log, preparing.sessionLength)],
];

export interface PreparedLog {
  readonly sequences: Sequences;
  readonly split: TimeSplit;
  readonly preparation: Preparation;
}

/** Leaves out what shall not be learned from, cuts the log in time, and makes the vocabulary of
 *  what is left. The log, read with every track known, is used up: its memory holds the result. It
 *  throws `bad_configuration` where nothing is left. */
export function prepareLog(log: Sequences, rules: PreparingRules): PreparedLog {
  const read = sizeOf(log);
  const leftOut: Record<string, LogSize> = {};
  let left = log;
  let size = read;
  for (const [name, step] of STEPS) {
    left = keepPlays(left, step(left, rules));
    const after = sizeOf(left);
    leftOut[name] = differenceOf(size, after);
    size = after;
  }
  if (left.track.length === 0) {
    const message = "the steps of preparing leave nothing of the log to learn from";
    throw new Failure("bad_configuration", message, { field: "preparing" });
  }
  const cut = splitByTime(left, heldShare(left, rules));
  const ranked = { sessionEnds: cut.sequences.sessionEnds, sessions: cut.trained };
  const sequences = minimumSupport(left, rules.trackSupportMin, ranked);
  const tracks = size.tracks - sequences.trackIds.length;
  leftOut.minimum_support = { ...unknownIn(sequences), tracks };
  const split = { ...cut, sequences: { ...cut.sequences, trackIds: sequences.trackIds } };
  return { sequences, split, preparation: { read, left_out: leftOut, split: splitSize(split) } };
}
