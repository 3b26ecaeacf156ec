import type { Bundle } from "../../core/bundle/bundle.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import type { ListenerRecord } from "../../core/state/listener-record.ts";
import type { CatalogueColumns } from "../catalogue/columns.ts";
import type { ServedTracks } from "../catalogue/new-tracks/served-tracks.ts";
import { addTrack, hasTrack, noTracks, type TrackBits } from "../retrieval/track-bits.ts";
import type { TrackFacts } from "./list-rules.ts";

/** What the rules of a list ask of its tracks, for one listener. */
export function trackFacts(
  tracks: Pick<ServedTracks, "indexOfHash" | "bundled">,
  parts: {
    readonly columns: CatalogueColumns;
    readonly longTail: TrackBits;
    readonly recent: ListenerRecord["recent"];
  },
): TrackFacts {
  const { columns, longTail, recent } = parts;
  const heard = new Set<TrackIndex>();
  for (const { track } of recent) {
    const index = tracks.indexOfHash(track);
    if (index !== undefined) heard.add(index);
  }
  return {
    columns,
    wasHeard: (track) => heard.has(track),
    // Nobody has played a new track as far as the bundle knows.
    isLongTail: (track) => track >= tracks.bundled || hasTrack(longTail, track),
    heardRecordings: Array.from(heard, (track) => columns.recording[track]!),
  };
}

/** The most popular tracks have this share of all plays together; all others are the long tail. */
const HEAD_SHARE = 0.8;

/** `popularity` has the logarithm of each track's share of plays. Of equally popular tracks those
 *  with the lower index count as the more popular. */
export function longTailOf({ popularity }: Pick<Bundle, "popularity">): TrackBits {
  const total = popularity.reduce((sum, value) => sum + Math.exp(value), 0);
  // Sorting bare numbers is many times as fast as sorting the tracks by them.
  const sorted = popularity.slice().sort();
  let first = sorted.length;
  for (let share = 0; first > 0 && share < HEAD_SHARE * total; first--) {
    share += Math.exp(sorted[first - 1]!);
  }
  const least = sorted[first] ?? Number.POSITIVE_INFINITY;
  // So many of the equally popular ones at the border belong to the head.
  let equal = sorted.findIndex((value) => value > least);
  equal = (equal < 0 ? sorted.length : equal) - first;
  const bits = noTracks(popularity.length);
  for (const [row, value] of popularity.entries()) {
    if (value < least || (value === least && equal-- <= 0)) addTrack(bits, row as TrackIndex);
  }
  return bits;
}
