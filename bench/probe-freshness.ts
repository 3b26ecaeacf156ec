import { setTimeout as sleep } from "node:timers/promises";
import { appendEvents } from "../cli/log-target.ts";
import type { Client } from "../cli/recommender-client.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import type { EventLog } from "../core/log/event-log.ts";
import { requireThat } from "./did-not-happen.ts";
import { sharedMs } from "./shared-clock.ts";

/** One event that was published, and asked for until a reply had heard it. Times by `sharedMs`. */
export interface Probe {
  readonly partition: number;
  readonly offset: number;
  readonly acknowledgedMs: number;
  readonly repliedMs: number;
  /** How long the same list took that was asked for once more. */
  readonly listMs: number;
}

/** On average, so that probes never keep step with anything. */
const PAUSE_MS = 20;
const ASKED_AFTER_MS = 60_000;
const HEARD_WAIT_MS = 20_000;

/** Publishes events one by one until `isOver`, asks each time for a list that has heard the event,
 *  and then for the same list again. */
export async function probeFreshness(
  { client, log }: { readonly client: Client; readonly log: EventLog },
  eventOf: (number: number) => ListeningEvent,
  isOver: () => boolean,
): Promise<Probe[]> {
  const probes: Probe[] = [];
  while (!isOver()) {
    const event = eventOf(probes.length);
    const [position] = await appendEvents(log, [event]);
    requireThat(position !== undefined, "Kafka acknowledged an event without its position");
    const acknowledgedMs = sharedMs();
    const { listener, happenedAtMs } = event;
    const asked = { listener, k: 20, askedAtMs: happenedAtMs + ASKED_AFTER_MS };
    const waiting = { ...asked, atLeast: position };
    while (!(await client.nextTracks(waiting)).freshness?.caughtUp) {
      const isLate = sharedMs() - acknowledgedMs > HEARD_WAIT_MS;
      requireThat(!isLate, `no reply had heard an event after ${HEARD_WAIT_MS} ms`);
    }
    const repliedMs = sharedMs();
    await client.nextTracks(asked);
    probes.push({ ...position, acknowledgedMs, repliedMs, listMs: sharedMs() - repliedMs });
    await sleep(PAUSE_MS * (0.5 + Math.random()));
  }
  return probes;
}
