import type {
  EventKind as WireEventKind,
  ListeningEvent as WireListeningEvent,
  PlayContextKind as WirePlayContextKind,
} from "../../proto/gen/segue/v1/listening.ts";
import { Failure } from "./failure.ts";
import {
  type EventId,
  ID_BYTES_MAX,
  type ListenerId,
  type SessionId,
  type TrackId,
} from "./ids.ts";
import { CONTEXT_KINDS, EVENT_KINDS, type ListeningEvent } from "./listening-event.ts";

/** No event is older: a player that lost its clock reports 1970 or 1980. */
export const HAPPENED_AT_MIN_MS = Date.UTC(2000, 0, 1);
/** No event is younger. The clock is not asked, so that a replay decides as the first run did. */
export const HAPPENED_AT_MAX_MS = Date.UTC(2100, 0, 1);
/** The longest context id, device and recommendation id, in bytes of UTF-8. */
export const EVENT_TEXT_BYTES_MAX = 256;

const UINT32_MAX = 2 ** 32 - 1;

/** The wire's event as the domain knows it. An empty session counts as none, and a kind that this
 *  version does not know as `unspecified`. Throws `bad_event` with the wire's name of the field. */
export function listeningEventFromWire(message: WireListeningEvent): ListeningEvent {
  return {
    eventId: requireId("event_id", message.eventId) as EventId,
    listener: requireId("listener", message.listener) as ListenerId,
    session: message.session ? (requireId("session", message.session) as SessionId) : undefined,
    track: requireId("track", message.track) as TrackId,
    happenedAtMs: requireTime("happened_at_ms", message.happenedAtMs),
    kind: EVENT_KINDS[message.kind as number] ?? "unspecified",
    playedMs: requireDuration("played_ms", message.playedMs),
    trackMs: requireDuration("track_ms", message.trackMs),
    contextKind: CONTEXT_KINDS[(message.context?.kind ?? 0) as number] ?? "unspecified",
    contextId: requireText("context.id", message.context?.id ?? ""),
    shuffle: message.shuffle,
    device: requireText("device", message.device),
    recommendationId: requireText("recommendation_id", message.recommendationId),
  };
}

/** The inverse of `listeningEventFromWire`. */
export function listeningEventToWire(event: ListeningEvent): WireListeningEvent {
  const hasContext = event.contextKind !== "unspecified" || event.contextId !== "";
  return {
    eventId: event.eventId,
    listener: event.listener,
    session: event.session,
    track: event.track,
    happenedAtMs: event.happenedAtMs,
    kind: EVENT_KINDS.indexOf(event.kind) as WireEventKind,
    playedMs: event.playedMs,
    trackMs: event.trackMs,
    context: hasContext
      ? {
          kind: CONTEXT_KINDS.indexOf(event.contextKind) as WirePlayContextKind,
          id: event.contextId,
        }
      : undefined,
    shuffle: event.shuffle,
    device: event.device,
    recommendationId: event.recommendationId,
    doNotStore: false,
  };
}

function requireId(field: string, id: string): string {
  if (id === "") throw new Failure("bad_event", `${field} is empty`, { field });
  return requireText(field, id, ID_BYTES_MAX);
}

function requireText(field: string, text: string, bytesMax = EVENT_TEXT_BYTES_MAX): string {
  // A UTF-16 unit takes at most three bytes of UTF-8, so short texts need no counting.
  if (text.length * 3 > bytesMax && Buffer.byteLength(text, "utf8") > bytesMax) {
    throw new Failure("bad_event", `${field} is longer than ${bytesMax} bytes`, { field });
  }
  return text;
}

function requireTime(field: string, atMs: number): number {
  if (!Number.isInteger(atMs) || atMs < HAPPENED_AT_MIN_MS || atMs >= HAPPENED_AT_MAX_MS) {
    const range = "whole milliseconds between the years 2000 and 2100";
    throw new Failure("bad_event", `${field} is ${atMs}, not ${range}`, { field });
  }
  return atMs;
}

function requireDuration(field: string, durationMs: number | undefined): number | undefined {
  if (durationMs === undefined) return undefined;
  if (!Number.isInteger(durationMs) || durationMs < 0 || durationMs > UINT32_MAX) {
    const range = `whole milliseconds up to ${UINT32_MAX}`;
    throw new Failure("bad_event", `${field} is ${durationMs}, not ${range}`, { field });
  }
  return durationMs;
}
