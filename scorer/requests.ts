import type { BlendWeights } from "../core/bundle/manifest.ts";
import {
  HAPPENED_AT_MAX_MS,
  HAPPENED_AT_MIN_MS,
  listeningEventFromWire,
} from "../core/domain/decode-listening-event.ts";
import { Failure } from "../core/domain/failure.ts";
import type { ListenerId, Offset, Partition, SessionId, TrackId } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import type { LogPosition } from "../core/log/event-log.ts";
import type { ListeningEvent as WireListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import {
  type FollowListenerRequest,
  NextTracksRequest,
  type RankTracksRequest,
  type SimilarTracksRequest,
  type BlendWeights as WireBlendWeights,
  type Explain as WireExplain,
  type LogPosition as WireLogPosition,
} from "../proto/gen/segue/v1/recommender.ts";
import { badRequest, requireCount, requireId, requireRange } from "./bad-request.ts";
import { checkWeights, WEIGHT_MAX } from "./blend.ts";
import { FOLLOW_LIMITS, REQUEST_LIMITS } from "./limits.ts";
import type { NextTracksQuery } from "./recommendation.ts";
import { ruleWishes } from "./rule-requests.ts";
import { steeringWishes } from "./steering-requests.ts";

/** Checks a request. Throws `bad_request` whose field is the wire's name of what is off. */
export function nextTracksQuery(request: NextTracksRequest): NextTracksQuery {
  const listener = listenerOf(request.listener);
  return {
    listener,
    session: request.session ? (requireId("session", request.session) as SessionId) : undefined,
    k: trackCount(request.k),
    weights: weightsOf(request.blend),
    skips: skipsOf(request.blend),
    excludeTracks: excludedTracks(request.excludeTracks),
    excludeHeard: excludeHeardOf(request.excludeHeard),
    withSkipProbability: request.withSkipProbability,
    pending: pendingEvents(request.pending, listener),
    atLeast: positionOf(request.atLeast),
    askedAtMs: askedAtOf(request.askedAtMs),
    ...(request.outsideExperiments && { outsideExperiments: true }),
    ...(request.explain && { explainEvents: explainEventsOf(request.explain) }),
    ...ruleWishes(request),
    ...steeringWishes(request),
  };
}

/** Checks a request to rank. Throws as `nextTracksQuery` does. */
export function rankTracksQuery(
  request: RankTracksRequest,
): NextTracksQuery & { readonly candidates: readonly TrackId[] } {
  const { tracks, ...others } = request;
  const { rankedTracksMax } = REQUEST_LIMITS;
  if (tracks.length === 0) throw badRequest("tracks", "tracks has no track");
  requireCount("tracks", tracks, rankedTracksMax);
  const query = nextTracksQuery(NextTracksRequest.fromPartial(others));
  return { ...query, candidates: tracks as TrackId[] };
}

/** Checks a request to follow. Throws `bad_request` whose field is the wire's name of what is
 *  off. */
export function followListenerQuery({ request, intervalMs }: FollowListenerRequest): {
  readonly query: NextTracksQuery;
  readonly intervalMs: number;
} {
  if (request === undefined) throw badRequest("request", "request is not given");
  if (request.page !== undefined) throw badRequest("page", "page cannot be followed");
  const { intervalDefaultMs, intervalMinMs, intervalMaxMs } = FOLLOW_LIMITS;
  const interval = intervalMs ?? intervalDefaultMs;
  requireRange("interval_ms", interval, [intervalMinMs, intervalMaxMs]);
  return { query: nextTracksQuery(request), intervalMs: interval };
}

export function similarTracksQuery(request: SimilarTracksRequest): { track: TrackId; k: number } {
  return { track: requireId("track", request.track) as TrackId, k: trackCount(request.k) };
}

export function listenerOf(listener: string): ListenerId {
  return requireId("listener", listener) as ListenerId;
}

function trackCount(k: number = REQUEST_LIMITS.tracksDefault): number {
  const { tracksMax } = REQUEST_LIMITS;
  if (k < 1 || k > tracksMax) throw badRequest("k", `k is ${k}, not 1 to ${tracksMax}`);
  return k;
}

function weightsOf(blend: WireBlendWeights | undefined): BlendWeights | undefined {
  if (blend === undefined) return undefined;
  const { shortTerm, longTerm, neighbours, coplay, popularity } = blend;
  const weights = { short: shortTerm, long: longTerm, neighbours, coplay, popularity };
  return checkWeights(weights, "blend");
}

function skipsOf(blend: WireBlendWeights | undefined): number | undefined {
  const skips = blend?.skips;
  if (skips === undefined || (skips >= 0 && skips <= WEIGHT_MAX)) return skips;
  throw badRequest("blend.skips", `blend.skips is ${skips}, not 0 to ${WEIGHT_MAX}`);
}

/** Ids that no catalogue can hold exclude nothing, so only their number is checked. */
function excludedTracks(tracks: readonly string[]): readonly TrackId[] {
  requireCount("exclude_tracks", tracks, REQUEST_LIMITS.excludedTracksMax);
  return tracks as readonly TrackId[];
}

function excludeHeardOf(count: number = REQUEST_LIMITS.excludeHeardDefault): number {
  const { excludeHeardMax } = REQUEST_LIMITS;
  if (count > excludeHeardMax) {
    throw badRequest("exclude_heard", `exclude_heard is ${count}, not 0 to ${excludeHeardMax}`);
  }
  return count;
}

function pendingEvents(
  pending: readonly WireListeningEvent[],
  listener: ListenerId,
): readonly ListeningEvent[] {
  requireCount("pending", pending, REQUEST_LIMITS.pendingEventsMax);
  return pending.map((message, at) => pendingEvent(message, listener, at));
}

function pendingEvent(
  message: WireListeningEvent,
  listener: ListenerId,
  at: number,
): ListeningEvent {
  try {
    const event = listeningEventFromWire(message);
    if (event.listener === listener) return event;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const field = `pending[${at}].${error.field}`;
    throw new Failure("bad_request", `pending[${at}].${error.message}`, { field, cause: error });
  }
  const field = `pending[${at}].listener`;
  throw badRequest(field, `${field} is not the request's listener`);
}

function explainEventsOf({ events = REQUEST_LIMITS.explainedEventsDefault }: WireExplain): number {
  const { explainedEventsMax } = REQUEST_LIMITS;
  return requireRange("explain.events", events, [1, explainedEventsMax]);
}

function positionOf(position: WireLogPosition | undefined): LogPosition | undefined {
  if (position === undefined) return undefined;
  const { partition, offset } = position;
  if (offset < 0) throw badRequest("at_least.offset", `at_least.offset is ${offset}, below 0`);
  return { partition: partition as Partition, offset: offset as Offset };
}

function askedAtOf(atMs: number | undefined): number | undefined {
  if (atMs === undefined || (atMs >= HAPPENED_AT_MIN_MS && atMs < HAPPENED_AT_MAX_MS)) return atMs;
  const range = "milliseconds between the years 2000 and 2100";
  throw badRequest("asked_at_ms", `asked_at_ms is ${atMs}, not ${range}`);
}
