import type { NeighbourSessions } from "../../core/bundle/bundle.ts";
import type { SessionIndex } from "./session-index.ts";
import { SESSION_PLAYS_MAX, type SourcePlan } from "./source-plan.ts";
import { eachOnce, type SourceMemory, type SparseSource } from "./sparse-source.ts";
import { planTallyTask, type TallyPlaces } from "./tally.ts";

/** Places of the kernel's `NeighbourTask`, and of the session that it is asked of. */
export interface LaidOutNeighbours {
  readonly task: number;
  /** uint32 [SESSION_PLAYS_MAX] */
  readonly session: number;
}

/** The kernel's `NeighbourTask`, word by word. `tally` must have the rarity of the index. */
export function planNeighbours(
  plan: SourcePlan,
  tally: TallyPlaces,
  source: NeighbourSessions,
  { starts, sessions }: SessionIndex,
): LaidOutNeighbours {
  const { sessionStarts, sessionTracks, sharpness, neighbours_max: nearestMax } = source;
  const total = sessionStarts.length - 1;
  const session = plan.empty(SESSION_PLAYS_MAX * 4);
  const task = plan.holding(
    Uint32Array.of(
      planTallyTask(plan, tally, sharpness),
      session,
      0,
      plan.holding(starts),
      plan.holding(sessions),
      plan.holding(sessionRows(source)),
      plan.holding(sessionTracks),
      plan.empty((total + 1) * 4),
      plan.empty(total * 8),
      plan.empty(SESSION_PLAYS_MAX * 4),
      plan.empty(nearestMax * 8),
      nearestMax,
    ),
  );
  return { task, session };
}

const LENGTH = 2;

/** What other sessions hold that resemble this one. Likeness is the sum, over the tracks that both
 *  have, of (n − back) / n, where n is the session's tracks and `back` how many of them came after
 *  that one; it is divided by the root of the other's length, and by e for every
 *  `recency_sessions` sessions that are newer. The likest vote for all their tracks, each with its
 *  likeness · (1 − (back + 1) / 10), `back` being that of the newest track in common, and a vote
 *  counts ln(1 + sessions / sessions with the track). Of equally like sessions the newer vote.
 *  Sources: Ludewig and Jannach 2018, arXiv 1803.09587 (V-SkNN); Kersbergen et al. 2022, doi
 *  10.1145/3514221.3517901 (VMIS-kNN: only the newest sessions of each track are compared). */
export function neighbourSource(
  { buffer, kernels, said }: SourceMemory,
  { task, session }: LaidOutNeighbours,
): SparseSource {
  const words = new Uint32Array(buffer, task, LENGTH + 1);
  const asked = new Uint32Array(buffer, session, SESSION_PLAYS_MAX);
  return (plays) => {
    const tracks = eachOnce(plays);
    asked.set(tracks);
    words[LENGTH] = tracks.length;
    return said(kernels.hearNeighbours(task));
  };
}

/** Of 16 bytes each, and one more than there are sessions, so that each ends where the next one
 *  begins: float64, what a session's likeness is multiplied by for its age and its length; uint32,
 *  nothing; uint32, where its tracks begin. */
function sessionRows(source: NeighbourSessions): Uint32Array {
  const { sessionStarts, recency_sessions: recency } = source;
  const total = sessionStarts.length - 1;
  const words = new Uint32Array(4 * (total + 1));
  const scales = new Float64Array(words.buffer);
  for (const [session, start] of sessionStarts.entries()) {
    words[4 * session + 3] = start;
    if (session === total) break;
    const length = sessionStarts[session + 1]! - start;
    scales[2 * session] = Math.exp((session - total) / recency) / Math.sqrt(length);
  }
  return words;
}
