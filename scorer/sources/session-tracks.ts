import type { Bundle } from "../../core/bundle/bundle.ts";
import type { TrackHash, TrackIndex } from "../../core/domain/ids.ts";
import { stepsModels, UNWANTED_KINDS } from "../../core/domain/listening-event.ts";
import type { RecentEvent } from "../../core/state/listener-record.ts";

/** The plays of the session that the listener's last event belongs to, as far as the record
 *  remembers it, the last one first. A track whose last event was a skip or a dislike is left out,
 *  so that it does not pull up what others play beside it; so are tracks that only started, and
 *  those that the bundle does not know. */
export function sessionTracks(
  bundle: Pick<Bundle, "indexOfHash">,
  recent: readonly RecentEvent[],
): TrackIndex[] {
  const tracks: TrackIndex[] = [];
  const wanted = new Map<TrackHash, TrackIndex | undefined>();
  for (let at = recent.length - 1; at >= 0; at--) {
    const { track, kind, sessionStart } = recent[at]!;
    if (stepsModels(kind)) {
      if (!wanted.has(track)) {
        wanted.set(track, UNWANTED_KINDS.has(kind) ? undefined : bundle.indexOfHash(track));
      }
      const index = wanted.get(track);
      if (index !== undefined && !UNWANTED_KINDS.has(kind)) tracks.push(index);
    }
    if (sessionStart) break;
  }
  return tracks;
}
