import type { Sources } from "../core/bundle/bundle.ts";
import type { TrackIndex } from "../core/domain/ids.ts";
import { RECENT_EVENTS_MAX } from "../core/state/listener-record.ts";
import type { SparseSources } from "../scorer/retrieval/retriever.ts";
import { openSources } from "../scorer/sources/open-sources.ts";
import { layOutSources } from "../scorer/sources/source-layout.ts";
import { beginsSession, isUnwanted } from "./event-columns.ts";
import type { Sequences } from "./sequences.ts";
import type { StopCheck } from "./train-epoch.ts";

/** What the sources say after each event of `after`, by the code that serves. Throws what
 *  `stopCheck` throws. */
export function replaySources(
  sequences: Sequences,
  sources: Sources,
  after: Int32Array,
  stopCheck: StopCheck = () => undefined,
): SparseSources[] {
  const count = sequences.trackIds.length;
  const ask = openSources(layOutSources(sources, count));
  return Array.from(after, (event) => {
    stopCheck();
    return ask(tracksUpTo(sequences, event), EACH);
  });
}

const EACH = { neighbours: 1, coplay: 1 };

/** As `sessionTracks` finds them in a record. */
function tracksUpTo({ track, features }: Sequences, last: number): TrackIndex[] {
  const tracks: TrackIndex[] = [];
  const unwanted = new Map<number, boolean>();
  for (let event = last; event >= 0 && last - event < RECENT_EVENTS_MAX; event--) {
    const heard = track[event]!;
    if (heard >= 0) {
      const isUnwantedNow = isUnwanted(features, event);
      if (!unwanted.has(heard)) unwanted.set(heard, isUnwantedNow);
      if (!unwanted.get(heard) && !isUnwantedNow) tracks.push(heard as TrackIndex);
    }
    if (beginsSession(features, event)) break;
  }
  return tracks;
}
