/** Ends every session in `RunPlays.played`; no track has this index. */
export const SESSION_END = 0xffff_ffff;

/** Compares what was played up to two places: the tracks at the places themselves first, then the
 *  ones before these, `depth` tracks at most. A session that has no track further back comes last.
 *  Below 0 where `one` comes first, 0 where both are the same run. */
export function compareRuns(
  played: Uint32Array,
  one: number,
  other: number,
  depth: number,
): number {
  for (let back = 0; back < depth; back++) {
    const track = played[one - back] ?? SESSION_END;
    const otherTrack = played[other - back] ?? SESSION_END;
    if (track !== otherTrack) return track - otherTrack;
    if (track === SESSION_END) return 0;
  }
  return 0;
}
