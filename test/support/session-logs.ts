import type { TrackId } from "../../core/domain/ids.ts";
import type { SessionLog } from "../../trainer/baselines/read-sessions.ts";

/** A log of sessions written by hand, a minute between events and without a clock. */
export function sessionLog(sessions: readonly (readonly string[])[]): SessionLog {
  const plays = new Map<string, number>();
  for (const track of sessions.flat()) plays.set(track, (plays.get(track) ?? 0) + 1);
  // Sorting is stable: ties stay in order of first appearance.
  const trackIds = [...plays.keys()].sort((one, other) => plays.get(other)! - plays.get(one)!);
  const ends = sessions.map((_, index) => sessions.slice(0, index + 1).flat().length);
  const track = Int32Array.from(sessions.flat(), (id) => trackIds.indexOf(id));
  return {
    trackIds: trackIds as TrackId[],
    support: Int32Array.from(trackIds, (id) => plays.get(id)!),
    track,
    place: track.map((_, event) => event),
    happenedAtMs: Float64Array.from(track, (_, event) => event * 60_000),
    starts: Int32Array.of(0, ...ends),
    awayMs: new Float64Array(sessions.length).fill(Number.NaN),
    realClock: false,
  };
}
