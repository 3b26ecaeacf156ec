import type { NeighbourSessions } from "../../core/bundle/bundle.ts";

/** Which sessions each track is in. */
export interface SessionIndex {
  /** [count + 1]: where each track's sessions begin in `sessions`. */
  readonly starts: Uint32Array;
  /** The newest sessions of each track, newest first, at most `sessions_per_track_max`. */
  readonly sessions: Uint32Array;
  /** [count]: ln(1 + sessions / sessions with the track). */
  readonly rarity: Float64Array;
}

/** About a tenth of a second for a million plays. */
export function indexSessions(source: NeighbourSessions, count: number): SessionIndex {
  const perTrackMax = source.sessions_per_track_max;
  const total = source.sessionStarts.length - 1;
  const support = new Uint32Array(count);
  newestFirst(source, count, (_, track) => {
    support[track] = support[track]! + 1;
  });
  const starts = new Uint32Array(count + 1);
  const rarity = new Float64Array(count);
  for (let track = 0; track < count; track++) {
    starts[track + 1] = starts[track]! + Math.min(perTrackMax, support[track]!);
    rarity[track] = Math.log1p(total / Math.max(1, support[track]!));
  }
  const sessions = new Uint32Array(starts[count]!);
  const next = starts.slice(0, count);
  newestFirst(source, count, (session, track) => {
    const at = next[track]!;
    if (at === starts[track + 1]) return;
    sessions[at] = session;
    next[track] = at + 1;
  });
  return { starts, sessions, rarity };
}

/** Each track of each session once, from the newest session to the oldest. */
function newestFirst(
  { sessionStarts, sessionTracks }: NeighbourSessions,
  count: number,
  visit: (session: number, track: number) => void,
): void {
  const lastMet = new Int32Array(count).fill(-1);
  for (let session = sessionStarts.length - 2; session >= 0; session--) {
    const end = sessionStarts[session + 1]!;
    for (let at = sessionStarts[session]!; at < end; at++) {
      const track = sessionTracks[at]!;
      if (lastMet[track] === session) continue;
      lastMet[track] = session;
      visit(session, track);
    }
  }
}
