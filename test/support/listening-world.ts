import { pseudoRandom } from "../../core/bundle/pseudo-random.ts";
import { EVENT_KINDS } from "../../core/domain/listening-event.ts";
import { BEGAN_AT_MS, type Delivery, deliveryOf, listeningEvent } from "./listening-records.ts";

export interface WorldOptions {
  readonly listeners: number;
  readonly tracks: number;
  readonly seed: number;
}

/** Many listeners' events in order of time, with duplicates, late events, unknown tracks,
 *  tombstones and bytes that are no event among them. Equal arguments, equal bytes. */
export function listeningWorld(options: WorldOptions & { readonly events: number }): Delivery[] {
  const next = endlessListening(options);
  return Array.from({ length: options.events }, next);
}

/** The same without an end: each call makes the next event. */
export function endlessListening(options: WorldOptions): () => Delivery {
  const random = pseudoRandom(options.seed);
  const below = (limit: number) => Math.floor(Math.abs(random()) * limit);
  let count = 0;
  return () => {
    const index = count++;
    const listener = `listener-${below(options.listeners)}`;
    if (below(500) === 0) return { key: listener, value: null };
    if (below(200) === 0) return { key: listener, value: new Uint8Array([below(256), 255]) };
    const isLate = below(50) === 0;
    const event = listeningEvent({
      eventId: `event-${below(30) === 0 ? Math.max(0, index - below(1000)) : index}`,
      listener,
      track: `track-${below(options.tracks + 5)}`,
      happenedAtMs: BEGAN_AT_MS + index * 1000 - (isLate ? below(20 * 60_000) : 0),
      kind: EVENT_KINDS[below(EVENT_KINDS.length)]!,
      playedMs: below(200_000),
      shuffle: below(2) === 0,
    });
    return deliveryOf(event);
  };
}
