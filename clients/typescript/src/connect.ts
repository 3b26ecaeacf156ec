import { randomUUID } from "node:crypto";
import { EventGatewayService, PublishStreamRequest } from "../../../proto/gen/segue/v1/gateway.ts";
import type { ListeningEvent } from "../../../proto/gen/segue/v1/listening.ts";
import {
  type DeepPartial,
  type LogPosition,
  NextTracksRequest,
  type NextTracksResponse,
  RecommenderService,
  type SimilarTracksResponse,
} from "../../../proto/gen/segue/v1/recommender.ts";
import { type Calls, openCalls } from "./calls.ts";
import { ClientFailure } from "./client-failure.ts";
import { createEventQueue } from "./event-queue.ts";
import { fallbackList } from "./fallback-list.ts";
import { type ReportedEvent, wireEvent } from "./listening-event.ts";
import { type CheckedOptions, checkOptions, type SegueOptions } from "./options.ts";

/** What to ask for; every field of `segue.v1.NextTracksRequest`, all but the listener optional. */
export type NextTracksQuestion = DeepPartial<NextTracksRequest> & { readonly listener: string };

/** A list, and who made it. */
export type NextTracks =
  | {
      readonly answeredBy: "scorer";
      readonly trackIds: readonly string[];
      readonly reply: NextTracksResponse;
    }
  | {
      /** No server answered in time: these are the client's own `fallbackTracks`. */
      readonly answeredBy: "fallback";
      readonly trackIds: readonly string[];
      /** Why. */
      readonly failure: ClientFailure;
    };

/** An event that is in the log. */
export interface Published {
  readonly eventId: string;
  /** Pass it as `atLeast` for a list that has heard the event; absent where nothing was kept. */
  readonly position: LogPosition | undefined;
}

/** A connection to Segue. Its promises reject with a `ClientFailure`. */
export interface Segue {
  /** The next tracks for a listener, best first; within `timeoutMs` in any case. */
  nextTracks(question: NextTracksQuestion): Promise<NextTracks>;
  /** The `k` tracks most like one. */
  similarTracks(track: string, k?: number): Promise<SimilarTracksResponse>;
  /** Resolves when the event is in the log. */
  publish(event: ReportedEvent): Promise<Published>;
  /** Queues an event to be sent with others, again and again until it is in the log, and returns
   *  its id. Throws `queue_full`, or `bad_request` that names the field. */
  report(event: ReportedEvent): string;
  /** True once all that was reported is in the log; false after `timeoutMs` (10,000). */
  flush(timeoutMs?: number): Promise<boolean>;
  /** Gives reported events a last `timeoutMs` (10,000), and returns those that are not known to be
   *  in the log. */
  close(timeoutMs?: number): Promise<readonly ReportedEvent[]>;
}

interface Queued {
  readonly reported: ReportedEvent;
  readonly wire: ListeningEvent;
}

const LAST_WAIT_MS = 10_000;
const SOURCES = { nowMs: Date.now, newEventId: randomUUID };

/** Opens a connection; nothing is sent before the first call. Throws `bad_request` that names the
 *  option at fault. */
export function connectSegue(given: SegueOptions): Segue {
  const options = checkOptions(given);
  const calls = openCalls(options);
  const queue = openQueue(calls, options);
  return {
    nextTracks: (question) => nextTracks(calls, options, question),
    similarTracks(track, k = 20) {
      const request = { track, k, withDetails: false };
      return calls.ask(RecommenderService.similarTracks, request, options.timeoutMs);
    },
    async publish(reported) {
      const event = wireEvent(reported, SOURCES);
      const { timeoutMs } = options.events;
      const { position } = await calls.ask(EventGatewayService.publish, { event }, timeoutMs);
      return { eventId: event.eventId, position };
    },
    report(event) {
      const wire = wireEvent(event, SOURCES);
      queue.add({ reported: { ...event, ...identityOf(wire) }, wire });
      return wire.eventId;
    },
    flush: (timeoutMs = LAST_WAIT_MS) => queue.flush(timeoutMs),
    async close(timeoutMs = LAST_WAIT_MS) {
      const left = await queue.close(timeoutMs);
      calls.close();
      return left.map(({ reported }) => reported);
    },
  };
}

async function nextTracks(
  calls: Calls,
  options: CheckedOptions,
  question: NextTracksQuestion,
): Promise<NextTracks> {
  const request = NextTracksRequest.fromPartial(question);
  try {
    const reply = await calls.ask(RecommenderService.nextTracks, request, options.timeoutMs);
    const trackIds = reply.tracks.map(({ track }) => track);
    return { answeredBy: "scorer", trackIds, reply };
  } catch (failure) {
    if (!(failure instanceof ClientFailure)) throw failure;
    const trackIds = fallbackList(options.fallbackTracks, request, failure);
    if (trackIds === undefined) throw failure;
    return { answeredBy: "fallback", trackIds, failure };
  }
}

function openQueue(calls: Calls, { events }: CheckedOptions) {
  return createEventQueue<Queued>({
    limits: events,
    async send(queued) {
      const requests = queued.map(({ wire }) => PublishStreamRequest.fromPartial({ event: wire }));
      await calls.stream(EventGatewayService.publishStream, requests, events.timeoutMs);
    },
    onRefused: ({ reported }, failure) => events.onRefused(reported, failure),
    onDelayed: events.onDelayed,
    random: Math.random,
  });
}

/** With these an event that comes back can be reported again as the same one. */
function identityOf({ eventId, happenedAtMs }: ListeningEvent) {
  return { eventId, happenedAtMs };
}
