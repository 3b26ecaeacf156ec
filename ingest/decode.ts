import { listeningEventFromWire } from "../core/domain/decode-listening-event.ts";
import { Failure } from "../core/domain/failure.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import type { LogRecord } from "../core/log/event-log.ts";
import { ListeningEvent as WireListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import { decodeMessage } from "./decode-message.ts";

/** How far a player's clock may run ahead of the log's. */
export const CLOCK_AHEAD_MAX_MS = 24 * 60 * 60 * 1000;

/** The event that a record of the listening topic holds: protobuf, or JSON where its
 *  `content-type` says so. Throws `bad_event` with the field at fault, and nothing else,
 *  whatever the bytes are. */
export function decodeEvent(record: LogRecord): ListeningEvent {
  return checkedEvent(decodeMessage(record, WireListeningEvent), record);
}

/** The same, but undefined for an event of which nothing may be kept, whatever else it says: not
 *  even a dead letter. */
export function decodeKeptEvent(record: LogRecord): ListeningEvent | undefined {
  const message = decodeMessage(record, WireListeningEvent);
  return message.doNotStore ? undefined : checkedEvent(message, record);
}

function checkedEvent(message: WireListeningEvent, record: LogRecord): ListeningEvent {
  const event = listeningEventFromWire(message);
  if (record.key !== event.listener) {
    throw new Failure("bad_event", "the record's key is not its listener", { field: "key" });
  }
  requirePlausibleTime(event, record.timestampMs);
  return event;
}

/** An event from the future would make everything after it late. The log's own clock judges, so
 *  that a replay decides as the first run did. */
export function requirePlausibleTime(event: ListeningEvent, appendedAtMs: number): void {
  if (event.happenedAtMs <= appendedAtMs + CLOCK_AHEAD_MAX_MS) return;
  const limit = `more than ${CLOCK_AHEAD_MAX_MS} ms after it entered the log`;
  throw new Failure("bad_event", `happened_at_ms lies ${limit}`, { field: "happened_at_ms" });
}
