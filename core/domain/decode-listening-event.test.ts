import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ListeningEvent as WireListeningEvent } from "../../proto/gen/segue/v1/listening.ts";
import {
  HAPPENED_AT_MAX_MS,
  HAPPENED_AT_MIN_MS,
  listeningEventFromWire,
  listeningEventToWire,
} from "./decode-listening-event.ts";
import { Failure } from "./failure.ts";
import type { EventId, ListenerId, SessionId, TrackId } from "./ids.ts";
import { CONTEXT_KINDS, EVENT_KINDS, type ListeningEvent } from "./listening-event.ts";

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const id = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const duration = fc.option(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { nil: undefined });

const listeningEvent: fc.Arbitrary<ListeningEvent> = fc.record(
  {
    eventId: id as fc.Arbitrary<EventId>,
    listener: id as fc.Arbitrary<ListenerId>,
    session: fc.option(id as fc.Arbitrary<SessionId>, { nil: undefined }),
    track: id as fc.Arbitrary<TrackId>,
    happenedAtMs: fc.integer({ min: HAPPENED_AT_MIN_MS, max: HAPPENED_AT_MAX_MS - 1 }),
    kind: fc.constantFrom(...EVENT_KINDS),
    playedMs: duration,
    trackMs: duration,
    contextKind: fc.constantFrom(...CONTEXT_KINDS),
    contextId: text,
    shuffle: fc.boolean(),
    device: text,
    recommendationId: text,
  },
  { noNullPrototype: true },
);

test("an event comes back from the wire's bytes as it went in", () => {
  fc.assert(
    fc.property(listeningEvent, (event) => {
      const bytes = WireListeningEvent.encode(listeningEventToWire(event)).finish();
      assert.deepEqual(listeningEventFromWire(WireListeningEvent.decode(bytes)), event);
    }),
  );
});

const valid = WireListeningEvent.fromPartial({
  eventId: "e",
  listener: "l",
  track: "t",
  happenedAtMs: Date.UTC(2024, 0, 1),
});

const refusals: [field: string, change: Partial<WireListeningEvent>][] = [
  ["event_id", { eventId: "" }],
  ["event_id", { eventId: "é".repeat(129) }],
  ["listener", { listener: "" }],
  ["listener", { listener: "x".repeat(257) }],
  ["session", { session: "x".repeat(257) }],
  ["track", { track: "" }],
  ["track", { track: "x".repeat(1_000_000) }],
  ["happened_at_ms", { happenedAtMs: 0 }],
  ["happened_at_ms", { happenedAtMs: HAPPENED_AT_MAX_MS }],
  ["happened_at_ms", { happenedAtMs: Number.NaN }],
  ["happened_at_ms", { happenedAtMs: HAPPENED_AT_MIN_MS + 0.5 }],
  ["played_ms", { playedMs: -1 }],
  ["track_ms", { trackMs: Number.NaN }],
  ["context.id", { context: { kind: 1, id: "x".repeat(257) } }],
  ["device", { device: "x".repeat(257) }],
  ["recommendation_id", { recommendationId: "x".repeat(257) }],
];

test("what is off is refused with the wire's name of the field", () => {
  for (const [field, change] of refusals) {
    assert.throws(
      () => listeningEventFromWire({ ...valid, ...change }),
      (error) => error instanceof Failure && error.code === "bad_event" && error.field === field,
      `${field} ${JSON.stringify(change).slice(0, 60)}`,
    );
  }
});

test("kinds of a newer version count as unspecified", () => {
  const event = listeningEventFromWire({
    ...valid,
    kind: 99 as WireListeningEvent["kind"],
    context: { kind: -1, id: "" },
  });
  assert.equal(event.kind, "unspecified");
  assert.equal(event.contextKind, "unspecified");
});

test("an id of 256 bytes is taken and an empty session counts as none", () => {
  const event = listeningEventFromWire({ ...valid, listener: "é".repeat(128), session: "" });
  assert.equal(event.listener.length, 128);
  assert.equal(event.session, undefined);
});
