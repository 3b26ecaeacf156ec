import type { Bundle } from "../core/bundle/bundle.ts";
import type { TrackHash, TrackId, TrackIndex } from "../core/domain/ids.ts";
import type { ListenerRecord } from "../core/state/listener-record.ts";

/** Which tracks stay out of a list, and by which rule. A track that two rules name counts for
 *  the first. */
export interface KeptOut {
  readonly tracks: ReadonlySet<TrackIndex>;
  readonly byRequest: number;
  readonly disliked: number;
  readonly justHeard: number;
}

export interface Rules {
  readonly excludeTracks: readonly TrackId[];
  /** How many different tracks, the last ones heard, stay out. */
  readonly excludeHeard: number;
}

/** Tracks that the bundle does not know cannot be in a list and are not counted. */
export function keepOut(
  bundle: Pick<Bundle, "indexOf" | "indexOfHash">,
  heard: Pick<ListenerRecord, "recent" | "disliked"> | undefined,
  rules: Rules,
): KeptOut {
  const tracks = new Set<TrackIndex>();
  for (const track of rules.excludeTracks) {
    const index = bundle.indexOf(track);
    if (index !== undefined) tracks.add(index);
  }
  const byRequest = tracks.size;
  addHashes(bundle, tracks, heard?.disliked ?? []);
  const disliked = tracks.size - byRequest;
  addHashes(bundle, tracks, lastHeard(heard?.recent ?? [], rules.excludeHeard));
  return { tracks, byRequest, disliked, justHeard: tracks.size - byRequest - disliked };
}

/** Why a list has `length` tracks and not `k`; empty where it has them. */
export function shortenedBy(
  kept: KeptOut,
  list: { readonly length: number; readonly k: number; readonly catalogue: number },
): string {
  if (list.length >= list.k) return "";
  const rules = [
    [kept.byRequest, "excluded by the request"],
    [kept.disliked, "disliked"],
    [kept.justHeard, "just heard"],
  ] as const;
  const reasons = rules.filter(([count]) => count > 0).map(([count, rule]) => `${count} ${rule}`);
  const catalogue = `the bundle has ${list.catalogue} tracks`;
  return reasons.length === 0 ? catalogue : `${catalogue}, of which ${reasons.join(", ")}`;
}

function addHashes(
  bundle: Pick<Bundle, "indexOfHash">,
  tracks: Set<TrackIndex>,
  hashes: Iterable<TrackHash>,
): void {
  for (const hash of hashes) {
    const index = bundle.indexOfHash(hash);
    if (index !== undefined) tracks.add(index);
  }
}

function lastHeard(recent: ListenerRecord["recent"], limit: number): Set<TrackHash> {
  const tracks = new Set<TrackHash>();
  for (let at = recent.length - 1; at >= 0 && tracks.size < limit; at--) {
    tracks.add(recent[at]!.track);
  }
  return tracks;
}
