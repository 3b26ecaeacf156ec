import { resolve } from "node:path";
import { openBundle } from "../core/bundle/open-bundle.ts";
import type { TrackId } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";

/** The bundle that a benchmark serves. */
export interface ServedBundle {
  readonly folder: string;
  /** Most popular first. */
  readonly tracks: readonly TrackId[];
  /** The event of a made-up listener, whose track has a number for a name, with the track of that
   *  rank. */
  withItsTrack(event: ListeningEvent): ListeningEvent;
}

/** The bundle in `given`, or else the one that `make` publishes into `folder`. */
export async function servedBundle(
  given: string | undefined,
  folder: string,
  make: (folder: string) => Promise<unknown>,
): Promise<ServedBundle> {
  if (given === undefined) await make(folder);
  const opened = given === undefined ? folder : resolve(given);
  const tracks = await tracksByPopularity(opened);
  return {
    folder: opened,
    tracks,
    withItsTrack(event) {
      const rank = Number(event.track.slice("track-".length)) % tracks.length;
      return { ...event, track: tracks[rank]! };
    },
  };
}

async function tracksByPopularity(folder: string): Promise<readonly TrackId[]> {
  const { trackIds, popularity } = await openBundle(folder);
  const order = Array.from(trackIds.keys()).sort((one, two) => popularity[two]! - popularity[one]!);
  return order.map((index) => trackIds[index]!);
}
