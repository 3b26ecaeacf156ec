import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { TrackHash } from "../domain/ids.ts";
import { CONTEXT_KINDS, EVENT_KINDS } from "../domain/listening-event.ts";
import { RECENT_EVENTS_MAX, type RecentEvent } from "./listener-record.ts";
import {
  happenedAtMs,
  NO_RECENT_EVENTS,
  packedEvents,
  unpackedEvents,
  withEvent,
} from "./recent-events.ts";
import { FRACTION_STEPS, fractionOf, TIME_STEP_MS } from "./remembered.ts";

const BEGAN_AT_MS = 1_700_000_000_000;

/** Few values of each kind, so that events often say what those before them said, and times that
 *  jump back and forth. */
const event: fc.Arbitrary<RecentEvent> = fc.record(
  {
    track: fc.integer({ min: 0, max: 2 ** 53 - 1 }) as unknown as fc.Arbitrary<TrackHash>,
    happenedAtMs: fc.integer({ min: 0, max: 40 }).map((at) => BEGAN_AT_MS + at * TIME_STEP_MS),
    kind: fc.constantFrom(...EVENT_KINDS),
    fractionPlayed: fc.integer({ min: 0, max: FRACTION_STEPS }).map(fractionOf),
    gapMs: fc.integer({ min: 0, max: 12 }).map((steps) => steps * TIME_STEP_MS),
    sessionStart: fc.boolean(),
    context: fc.constantFrom(...CONTEXT_KINDS.slice(0, 2)),
    shuffle: fc.boolean(),
  },
  { noNullPrototype: true },
);
const events = fc.array(event, { maxLength: 3 * RECENT_EVENTS_MAX, size: "max" });

test("the newest events come back as they went in, and their times one by one", () => {
  fc.assert(
    fc.property(events, (heard) => {
      const newest = heard.slice(-RECENT_EVENTS_MAX);
      const recent = packedEvents(heard);
      assert.deepEqual(unpackedEvents(recent), newest);
      const times = newest.map((_, place) => happenedAtMs(recent, place));
      assert.deepEqual(
        times,
        newest.map((one) => one.happenedAtMs),
      );
    }),
  );
});

test("events are the same bytes, whatever was remembered before them", () => {
  fc.assert(
    fc.property(events, (heard) => {
      assert.deepEqual(packedEvents(heard), packedEvents(heard.slice(-RECENT_EVENTS_MAX)));
    }),
  );
});

test("one event more leaves those that it was added to as they were", () => {
  fc.assert(
    fc.property(events, event, (heard, next) => {
      const recent = packedEvents(heard);
      const before = unpackedEvents(recent);
      withEvent(recent, next);
      assert.deepEqual(unpackedEvents(recent), before);
      assert.deepEqual(unpackedEvents(NO_RECENT_EVENTS), []);
    }),
  );
});
