import type { CoplayTable, RunPlays } from "../../core/bundle/bundle.ts";
import { SESSION_PLAYS_MAX, type SourcePlan } from "./source-plan.ts";
import { eachOnce, type SourceMemory, type SparseSource } from "./sparse-source.ts";
import { planTallyTask, type TallyPlaces } from "./tally.ts";

/** Places of the kernel's `CoplayTask`, and of the session that it is asked of. */
export interface LaidOutCoplay {
  readonly task: number;
  /** uint32 [SESSION_PLAYS_MAX] */
  readonly plays: number;
  /** uint32 [tracksMax] */
  readonly latest: number;
  readonly tracksMax: number;
}

/** The kernel's `CoplayTask`, word by word. */
export function planCoplay(
  plan: SourcePlan,
  tally: TallyPlaces,
  table: CoplayTable,
  runs: RunPlays | undefined,
): LaidOutCoplay {
  const { starts, successors, shares, sharpness, decay, tracks_max: tracksMax } = table;
  const { played, places, weight, tracks_max: runTracksMax } = runs ?? NO_RUNS;
  const plays = plan.empty(SESSION_PLAYS_MAX * 4);
  const latest = plan.empty(tracksMax * 4);
  const task = plan.holding(
    Uint32Array.of(
      planTallyTask(plan, tally, sharpness),
      plays,
      0,
      latest,
      0,
      plan.holding(starts),
      plan.holding(successors),
      plan.holding(shares),
      plan.holding(powers(decay, tracksMax)),
      plan.holding(played),
      plan.holding(places),
      places.length,
      runTracksMax,
      plan.holding(powers(weight, runTracksMax)),
    ),
  );
  return { task, plays, latest, tracksMax };
}

const NONE = new Uint32Array(0);
const NO_RUNS: RunPlays = { played: NONE, places: NONE, weight: 1, tracks_max: 0 };
const [PLAY_COUNT, LATEST_COUNT] = [2, 4];

/** What was played after the session's last tracks: a track that came n tracks before the last one
 *  counts decayⁿ.
 *  Source: Ludewig and Jannach 2018, arXiv 1803.09587, section 3.1 (sequential rules).
 *
 *  Where there are `runs`, to that comes what was played next wherever the session's last two plays
 *  were played in a row, and again for its last three, and so on up to the runs' `tracks_max`: each
 *  place's next track gets weight^(tracks − 1) / (places + 1). So a run that was met often is
 *  believed more than one that was met once, and a longer run more than a short one.
 *  Source: a variable-order Markov model (Ron, Singer and Tishby 1996, doi 10.1007/BF00114008),
 *  kept as a suffix array and so without a limit on what it remembers. */
export function coplaySource(
  { buffer, kernels, said }: SourceMemory,
  { task, plays, latest, tracksMax }: LaidOutCoplay,
): SparseSource {
  const words = new Uint32Array(buffer, task, LATEST_COUNT + 1);
  const played = new Uint32Array(buffer, plays, SESSION_PLAYS_MAX);
  const tracks = new Uint32Array(buffer, latest, tracksMax);
  return (session) => {
    const last = eachOnce(session).slice(0, tracksMax);
    played.set(session);
    tracks.set(last);
    words[PLAY_COUNT] = session.length;
    words[LATEST_COUNT] = last.length;
    return said(kernels.hearCoplay(task));
  };
}

/** base⁰ to base^(count − 1). */
function powers(base: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, exponent) => base ** exponent);
}
