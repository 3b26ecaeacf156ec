import type { EventId, ListenerId, SessionId, TrackId } from "./ids.ts";

/** What happened to a track. The index of a kind is its number on the wire, in records and in
 *  the models' one-hot input, so kinds are only ever added at the end. */
export const EVENT_KINDS = [
  "unspecified",
  "started",
  "finished",
  "skipped",
  "liked",
  "disliked",
  "queued",
  "added_to_playlist",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Where a track was played from. Numbered like `EVENT_KINDS`. */
export const CONTEXT_KINDS = [
  "unspecified",
  "playlist",
  "album",
  "artist",
  "radio",
  "search",
  "library",
  "chart",
  "recommendation",
] as const;
export type ContextKind = (typeof CONTEXT_KINDS)[number];

/** One listening event, checked: ids are within their limits and numbers are finite. */
export interface ListeningEvent {
  readonly eventId: EventId;
  readonly listener: ListenerId;
  /** Undefined where the player has no sessions of its own. */
  readonly session: SessionId | undefined;
  readonly track: TrackId;
  /** Milliseconds since 1970-01-01 UTC, on the player's clock. */
  readonly happenedAtMs: number;
  readonly kind: EventKind;
  readonly playedMs: number | undefined;
  readonly trackMs: number | undefined;
  readonly contextKind: ContextKind;
  readonly contextId: string;
  readonly shuffle: boolean;
  readonly device: string;
  readonly recommendationId: string;
}

/** Whether an event of this kind steps the models. A start only says what is playing: it keeps
 *  its track out of lists, and the models step when the play ends. */
export function stepsModels(kind: EventKind): boolean {
  return kind !== "started";
}

/** Kinds after which a track says nothing of what the listener would like next: it is no right
 *  answer in training, and pulls nothing up in serving. */
export const UNWANTED_KINDS: ReadonlySet<EventKind> = new Set(["skipped", "disliked"]);
