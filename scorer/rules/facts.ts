import type { Bundle } from "../../core/bundle/bundle.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import type { ListenerRecord } from "../../core/state/listener-record.ts";
import type { CatalogueColumns } from "../catalogue/columns.ts";
import { addTrack, hasTrack, noTracks, type TrackBits } from "../retrieval/track-bits.ts";
import type { TrackFacts } from "./list-rules.ts";

/** What the rules of a list ask of its tracks, for one listener. */
export function trackFacts(
  bundle: Pick<Bundle, "indexOfHash">,
  parts: {
    readonly columns: CatalogueColumns;
    readonly longTail: TrackBits;
    readonly recent: ListenerRecord["recent"];
  },
): TrackFacts {
  const { columns, longTail, recent } = parts;
  const heard = new Set<TrackIndex>();
  for (const { track } of recent) {
    const index = bundle.indexOfHash(track);
    if (index !== undefined) heard.add(index);
  }
  return {
    columns,
    wasHeard: (track) => heard.has(track),
    isLongTail: (track) => hasTrack(longTail, track),
    heardRecordings: Array.from(heard, (track) => columns.recording[track]!),
  };
}

/** The most popular tracks have this share of all plays together; all others are the long tail. */
const HEAD_SHARE = 0.8;

/** `popularity` has the logarithm of each track's share of plays. */
export function longTailOf({ popularity }: Pick<Bundle, "popularity">): TrackBits {
  const order = Uint32Array.from(popularity, (_, row) => row);
  order.sort((one, other) => popularity[other]! - popularity[one]! || one - other);
  const total = popularity.reduce((sum, value) => sum + Math.exp(value), 0);
  const bits = noTracks(popularity.length);
  let share = 0;
  for (const row of order) {
    if (share >= HEAD_SHARE * total) addTrack(bits, row as TrackIndex);
    share += Math.exp(popularity[row]!);
  }
  return bits;
}
