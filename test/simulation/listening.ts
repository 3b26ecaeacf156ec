import { EVENT_KINDS } from "../../core/domain/listening-event.ts";
import type { NewRecord } from "../../core/log/event-log.ts";
import { CLOCK_AHEAD_MAX_MS } from "../../ingest/decode.ts";
import { BEGAN_AT_MS, eventBytes, listeningEvent } from "../support/listening-records.ts";
import type { Chance } from "./chance.ts";

const MINUTE_MS = 60_000;
const LISTENERS = ["ann", "bob", "cleo", "dan", "eve"];

/** A record as a producer sends it: with the log's clock, which no two records share. */
export type SentRecord = Required<NewRecord>;

/** What producers send in one run, in the order in which the log takes it: events that come
 *  twice, late and out of order, unknown tracks, tombstones, bytes that are no event, and a log
 *  whose clock jumps back and forth by an hour. Some runs are one listener's long evening, in
 *  which event ids leave the dedupe window, for their number or for their age. */
export function sentRecords(chance: Chance): SentRecord[] {
  const evening = chance.happens(0.1) ? chance.pick(LONG_EVENINGS) : undefined;
  const isLong = evening !== undefined;
  const count = isLong ? 100 + chance.below(60) : 20 + chance.below(50);
  const stepMs = evening?.stepMs ?? 4 * MINUTE_MS;
  const sent: SentRecord[] = [];
  for (let index = 0; index < count; index++) {
    const jump = !isLong && chance.happens(0.1) ? (chance.below(121) - 60) * MINUTE_MS : 0;
    // The index keeps times apart: a position can then be told by its record's time.
    const timestampMs = BEGAN_AT_MS + index * stepMs + jump + index;
    const before = repeated(sent, chance, evening);
    const record = before ?? freshRecord(index, { chance, timestampMs, isLong });
    sent.push({ ...record, timestampMs });
  }
  return sent;
}

/** A listener who skips every few seconds, and one who hears short tracks to their ends: how long
 *  after each other their events come, and behind how many of them a repeated one stands. */
const LONG_EVENINGS = [
  { stepMs: 4_000, least: 60, range: 10 },
  { stepMs: 90_000, least: 3, range: 6 },
] as const;

/** A record that was sent before, as a producer's retry sends it again. */
function repeated(
  sent: readonly SentRecord[],
  chance: Chance,
  evening: (typeof LONG_EVENINGS)[number] | undefined,
): SentRecord | undefined {
  if (sent.length === 0 || !chance.happens(evening ? 0.25 : 0.1)) return undefined;
  // Long evenings repeat what stands at the edge of the dedupe window.
  const { least, range } = evening ?? { least: 1, range: sent.length };
  const back = least + chance.below(range);
  return sent.at(-back) ?? sent.at(-1);
}

function freshRecord(
  index: number,
  context: { readonly chance: Chance; readonly timestampMs: number; readonly isLong: boolean },
): Omit<SentRecord, "timestampMs"> {
  const { chance, timestampMs, isLong } = context;
  const key = isLong ? LISTENERS[0]! : chance.pick(LISTENERS);
  const headers = {};
  if (!isLong && chance.happens(0.05)) return { key, value: null, headers };
  if (!isLong && chance.happens(0.05)) {
    return { key, value: Uint8Array.of(chance.below(256), 255, index), headers };
  }
  const event = listeningEvent({
    eventId: `event-${index}`,
    listener: key,
    session: chance.happens(0.3) ? chance.pick(["morning", "evening"]) : undefined,
    track: `track-${chance.below(14)}`,
    happenedAtMs: timestampMs + happenedAfterMs(chance, isLong),
    kind: chance.pick(EVENT_KINDS),
    playedMs: chance.below(200_000),
    shuffle: chance.happens(0.5),
  });
  return { key, value: eventBytes(event), headers };
}

/** How long after the log took it an event says that it happened: mostly a little before, some
 *  late by more than is tolerated, some at the edge of what is plausible. */
function happenedAfterMs(chance: Chance, isLong: boolean): number {
  if (isLong) return 0;
  if (chance.happens(0.01)) return CLOCK_AHEAD_MAX_MS + chance.below(3) - 1;
  if (chance.happens(0.1)) return -chance.below(40) * MINUTE_MS;
  return -chance.below(8) * MINUTE_MS;
}
