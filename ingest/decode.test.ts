import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Failure } from "../core/domain/failure.ts";
import type { LogRecord } from "../core/log/event-log.ts";
import {
  BEGAN_AT_MS,
  deliveryOf,
  eventBytes,
  listeningEvent,
  recordsOf,
} from "../test/support/listening-records.ts";
import { CLOCK_AHEAD_MAX_MS, decodeEvent } from "./decode.ts";
import { VALUE_BYTES_MAX } from "./decode-message.ts";

const JSON_HEADERS = { "content-type": "application/json; charset=utf-8" };

test("an event is read from protobuf, and from JSON where the header says so", () => {
  const event = listeningEvent({ session: "s", kind: "skipped" });
  assert.deepEqual(decodeEvent(recordsOf([deliveryOf(event)])[0]!), event);
  const json = {
    event_id: "event",
    listener: "ann",
    session: "s",
    track: "track-1",
    happened_at_ms: String(BEGAN_AT_MS),
    kind: "EVENT_KIND_SKIPPED",
    playedMs: 180_000,
    trackMs: 200_000,
    context: { kind: "PLAY_CONTEXT_KIND_PLAYLIST" },
    device: "phone",
  };
  assert.deepEqual(decodeEvent(jsonRecord(json)), event);
});

test("a truncated event is refused or lacks only what was cut off, never more", () => {
  const bytes = eventBytes(listeningEvent({}));
  for (let length = 0; length < bytes.length; length++) {
    const record = recordOf(bytes.subarray(0, length));
    try {
      assert.equal(decodeEvent(record).listener, "ann");
    } catch (error) {
      assert.ok(isBadEvent(error));
    }
  }
});

test("random bytes are refused with bad_event and nothing else", () => {
  const valid = eventBytes(listeningEvent({}));
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.nat(valid.length - 1), fc.nat(255)).map(([at, byte]) => valid.with(at, byte)),
  );
  const headers = fc.constantFrom({}, JSON_HEADERS);
  fc.assert(
    fc.property(bytes, headers, (value, headers) => {
      try {
        decodeEvent(recordOf(value, headers));
      } catch (error) {
        assert.ok(isBadEvent(error), String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});

test("any JSON value is refused with bad_event and nothing else", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const record = recordOf(new TextEncoder().encode(text), JSON_HEADERS);
      assert.throws(() => decodeEvent(record), isBadEvent);
    }),
  );
});

test("JSON that stands in the wrong place is refused by the name of its field", () => {
  const wrong: [field: string, change: object][] = [
    ["track", { track: ["track-1"] }],
    ["listener", { listener: { toString: 1 } }],
    ["context", { context: [] }],
    ["context.id", { context: { id: {} } }],
    ["eventId", { eventId: "\ud800" }],
    ["happened_at_ms", { happenedAtMs: "yesterday" }],
    ["event_id", { eventId: null }],
  ];
  const valid = { eventId: "e", listener: "ann", track: "t", happenedAtMs: BEGAN_AT_MS };
  assert.equal(decodeEvent(jsonRecord(valid)).track, "t");
  for (const [field, change] of wrong) {
    const record = jsonRecord({ ...valid, ...change });
    assert.throws(() => decodeEvent(record), isBadEventOf(field), field);
  }
});

test("a message that nests without end is refused", () => {
  const groups = new Uint8Array(VALUE_BYTES_MAX).fill(0x0b);
  assert.throws(() => decodeEvent(recordOf(groups)), isBadEvent);
  const arrays = new TextEncoder().encode("[".repeat(VALUE_BYTES_MAX));
  assert.throws(() => decodeEvent(recordOf(arrays, JSON_HEADERS)), isBadEvent);
});

test("a value, an id and a key beyond their limits are refused by name", () => {
  const long = new Uint8Array(VALUE_BYTES_MAX + 1);
  assert.throws(() => decodeEvent(recordOf(long)), isBadEventOf("value"));
  const longTrack = eventBytes(listeningEvent({ track: "t".repeat(257) }));
  assert.throws(() => decodeEvent(recordOf(longTrack)), isBadEventOf("track"));
  const foreign = { ...recordOf(eventBytes(listeningEvent({}))), key: "bob" };
  assert.throws(() => decodeEvent(foreign), isBadEventOf("key"));
});

test("a time more than a day after the record entered the log is refused", () => {
  const limit = BEGAN_AT_MS + CLOCK_AHEAD_MAX_MS;
  const ahead = (happenedAtMs: number) => recordOf(eventBytes(listeningEvent({ happenedAtMs })));
  assert.equal(decodeEvent(ahead(limit)).happenedAtMs, limit);
  for (const happenedAtMs of [limit + 1, Number.MAX_SAFE_INTEGER, 0, -1]) {
    assert.throws(() => decodeEvent(ahead(happenedAtMs)), isBadEventOf("happened_at_ms"));
  }
});

function recordOf(value: Uint8Array, headers: Readonly<Record<string, string>> = {}): LogRecord {
  return recordsOf([{ key: "ann", value, headers }])[0]!;
}

function jsonRecord(value: object): LogRecord {
  return recordOf(new TextEncoder().encode(JSON.stringify(value)), JSON_HEADERS);
}

function isBadEvent(error: unknown): boolean {
  return error instanceof Failure && error.code === "bad_event";
}

function isBadEventOf(field: string) {
  return (error: unknown) => isBadEvent(error) && (error as Failure).field === field;
}
