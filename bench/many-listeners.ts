import type { ListenerId, Offset } from "../core/domain/ids.ts";
import type { SessionStore } from "../core/state/session-store.ts";
import type { StoredRecord } from "../core/state/stored-record.ts";
import { steadyListener } from "./steady-listening.ts";

/** Events of a listener before the record is as large as it is for long. */
export const RECENT_EVENTS = 30;
/** Listeners of one commit. */
const FILL_LISTENERS = 2_000;

/** Puts one record under other listeners' names, the places `from` to `to`. */
export async function fill(
  store: SessionStore,
  listeners: {
    readonly from: number;
    readonly to: number;
    readonly record: StoredRecord;
    readonly place: (index: number) => number;
  },
): Promise<void> {
  const { from, to, record, place } = listeners;
  const { partition } = record;
  for (let start = from; start < to; start += FILL_LISTENERS) {
    const end = Math.min(to, start + FILL_LISTENERS);
    const records = new Map<ListenerId, StoredRecord>();
    for (let index = start; index < end; index++) records.set(steadyListener(place(index)), record);
    const position = store.position(partition) ?? { epoch: 0, next: 0 as Offset, appendedAtMs: 0 };
    await store.commit({ partition, expectedNext: position.next, position, records });
  }
}

/** Another order of the whole numbers below 2²⁴, with 0 in its place. */
export function scattered(index: number): number {
  return Math.imul(index, 0x9e3779b1) & 0xffffff;
}
