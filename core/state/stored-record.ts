import type { ListenerRecord } from "./listener-record.ts";
import { packedEvents, type RecentEvents, unpackedEvents } from "./recent-events.ts";

/** A listener's record as stores give and take it, and as events are heard into it: its recent
 *  events stay bytes until somebody wants to look at them. */
export interface StoredRecord extends Omit<ListenerRecord, "recent"> {
  readonly recent: RecentEvents;
}

/** A record but for what the models put into it. */
export type History = Omit<StoredRecord, "bundle" | "hidden">;

export function listenerRecord(stored: StoredRecord): ListenerRecord {
  return { ...stored, recent: unpackedEvents(stored.recent) };
}

/** The inverse of `listenerRecord`. */
export function storedRecord(record: ListenerRecord): StoredRecord {
  return { ...record, recent: packedEvents(record.recent) };
}
