import { listeningEventToWire } from "../../core/domain/decode-listening-event.ts";
import type { EventId, ListenerId, Offset, Partition, TrackId } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import type { LogBatch, LogRecord } from "../../core/log/event-log.ts";
import { ListeningEvent as WireListeningEvent } from "../../proto/gen/segue/v1/listening.ts";

/** 2024-01-01, when the tests' listening begins. */
export const BEGAN_AT_MS = Date.UTC(2024, 0, 1);

/** A finished play of listener "ann", but for what `change` says. */
export function listeningEvent(
  change: {
    readonly [Name in keyof ListeningEvent]?: ListeningEvent[Name] | string;
  },
): ListeningEvent {
  return {
    eventId: "event" as EventId,
    listener: "ann" as ListenerId,
    session: undefined,
    track: "track-1" as TrackId,
    happenedAtMs: BEGAN_AT_MS,
    kind: "finished",
    playedMs: 180_000,
    trackMs: 200_000,
    contextKind: "playlist",
    contextId: "",
    shuffle: false,
    device: "phone",
    recommendationId: "",
    ...change,
  } as ListeningEvent;
}

/** The bytes of an event as a producer writes them. */
export function eventBytes(event: ListeningEvent): Uint8Array {
  return WireListeningEvent.encode(listeningEventToWire(event)).finish();
}

/** A record as a log delivers it, but for its place. */
export type Delivery = Pick<LogRecord, "key" | "value"> & Partial<LogRecord>;

export function deliveryOf(event: ListeningEvent): Delivery {
  return { key: event.listener, value: eventBytes(event), timestampMs: event.happenedAtMs };
}

/** Gives deliveries their offsets, from `first` on. */
export function recordsOf(deliveries: readonly Delivery[], first = 0): LogRecord[] {
  return deliveries.map((delivery, index) => ({
    headers: {},
    timestampMs: BEGAN_AT_MS,
    ...delivery,
    offset: (first + index) as Offset,
  }));
}

export function batchOf(records: readonly LogRecord[], partition = 0): LogBatch {
  const next = (records.at(-1)!.offset + 1) as Offset;
  return { partition: partition as Partition, records, next };
}
