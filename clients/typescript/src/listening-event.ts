import {
  EventKind,
  ListeningEvent,
  PlayContextKind,
} from "../../../proto/gen/segue/v1/listening.ts";
import { ClientFailure } from "./client-failure.ts";

const KINDS = {
  started: EventKind.EVENT_KIND_STARTED,
  finished: EventKind.EVENT_KIND_FINISHED,
  skipped: EventKind.EVENT_KIND_SKIPPED,
  liked: EventKind.EVENT_KIND_LIKED,
  disliked: EventKind.EVENT_KIND_DISLIKED,
  queued: EventKind.EVENT_KIND_QUEUED,
  added_to_playlist: EventKind.EVENT_KIND_ADDED_TO_PLAYLIST,
} as const;

const CONTEXTS = {
  playlist: PlayContextKind.PLAY_CONTEXT_KIND_PLAYLIST,
  album: PlayContextKind.PLAY_CONTEXT_KIND_ALBUM,
  artist: PlayContextKind.PLAY_CONTEXT_KIND_ARTIST,
  radio: PlayContextKind.PLAY_CONTEXT_KIND_RADIO,
  search: PlayContextKind.PLAY_CONTEXT_KIND_SEARCH,
  library: PlayContextKind.PLAY_CONTEXT_KIND_LIBRARY,
  chart: PlayContextKind.PLAY_CONTEXT_KIND_CHART,
  recommendation: PlayContextKind.PLAY_CONTEXT_KIND_RECOMMENDATION,
} as const;

/** What a player reports about one track and one listener. */
export interface ReportedEvent {
  /** Who hears. */
  readonly listener: string;
  /** The track, by its catalogue id. */
  readonly track: string;
  readonly kind: keyof typeof KINDS;
  /** Unique; the same whenever this event is sent again. Made where it is not given. */
  readonly eventId?: string;
  /** Milliseconds since 1970-01-01 UTC; now where it is not given. */
  readonly happenedAtMs?: number;
  /** The player's own session; without it 30 minutes of silence end one. */
  readonly session?: string;
  /** How much of the track was heard, in milliseconds. */
  readonly playedMs?: number;
  /** The length of the track, in milliseconds. */
  readonly trackMs?: number;
  /** Where the track was played from. */
  readonly context?: { readonly kind: keyof typeof CONTEXTS; readonly id?: string };
  readonly shuffle?: boolean;
  /** Free text, such as "phone". */
  readonly device?: string;
  /** The list that the track came from, as its `recommendationId`. */
  readonly recommendationId?: string;
  /** Nothing of this event may be kept. */
  readonly doNotStore?: boolean;
}

/** Time and chance that events get where they bring none. */
export interface EventSources {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly nowMs: () => number;
  readonly newEventId: () => string;
}

/** The event as it travels, with an id that it keeps through every try. Throws `bad_request` that
 *  names the field at fault. */
export function wireEvent(event: ReportedEvent, sources: EventSources): ListeningEvent {
  const { kind, context, ...rest } = event;
  for (const field of ["listener", "track"] as const) {
    if (event[field] === "") throw refused(field, "must not be empty");
  }
  return ListeningEvent.fromPartial({
    ...rest,
    eventId: event.eventId ?? sources.newEventId(),
    happenedAtMs: event.happenedAtMs ?? sources.nowMs(),
    kind: numberOf("kind", KINDS, kind),
    ...(context && {
      context: { kind: numberOf("context.kind", CONTEXTS, context.kind), id: context.id ?? "" },
    }),
  });
}

/** Callers without types may say words that there are not. */
function numberOf<Word extends string, Value extends number>(
  field: string,
  values: Readonly<Record<Word, Value>>,
  word: Word,
): Value {
  if (Object.hasOwn(values, word)) return values[word];
  throw refused(field, `must be one of ${Object.keys(values).join(", ")}, and is "${word}"`);
}

function refused(field: string, problem: string): ClientFailure {
  return new ClientFailure("bad_request", `${field} ${problem}`, { field });
}
