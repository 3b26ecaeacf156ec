import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HIDDEN_BITS, roundHidden } from "../bundle/hidden-bits.ts";
import { Failure } from "../domain/failure.ts";
import type {
  BundleMark,
  EventHash,
  ListenerId,
  Offset,
  Partition,
  SessionId,
  TrackHash,
} from "../domain/ids.ts";
import { CONTEXT_KINDS, EVENT_KINDS } from "../domain/listening-event.ts";
import {
  DEDUPE_EVENTS_LEAST,
  DEDUPE_EVENTS_MAX,
  DISLIKED_TRACKS_MAX,
  type ListenerRecord,
  RECENT_EVENTS_MAX,
  type RecentEvent,
} from "./listener-record.ts";
import * as codec from "./record-codec.ts";
import { FRACTION_STEPS, fractionOf, rememberedTimeMs } from "./remembered.ts";
import { listenerRecord, storedRecord } from "./stored-record.ts";

const ann = "ann" as ListenerId;
const hash = fc.integer({ min: 0, max: 2 ** 53 - 1 });
const eventHashes = fc.integer({ min: 0, max: 2 ** 40 - 1 });
const hidden = fc
  .tuple(fc.float32Array({ maxLength: 16, noNaN: true }), fc.constantFrom(...HIDDEN_BITS))
  .map(([values, bits]) => {
    roundHidden(values, bits);
    return values;
  });
const timeMs = fc.integer({ min: 0, max: 2 ** 47 });

const recent: fc.Arbitrary<RecentEvent> = fc.record(
  {
    track: hash as fc.Arbitrary<TrackHash>,
    happenedAtMs: timeMs.map(rememberedTimeMs),
    kind: fc.constantFrom(...EVENT_KINDS),
    fractionPlayed: fc.integer({ min: 0, max: FRACTION_STEPS }).map(fractionOf),
    gapMs: timeMs,
    sessionStart: fc.boolean(),
    context: fc.constantFrom(...CONTEXT_KINDS),
    shuffle: fc.boolean(),
  },
  { noNullPrototype: true },
);
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const uint48 = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const record = fc.record(
  {
    bundle: fc
      .uint8Array({ minLength: 8, maxLength: 8 })
      .map((bytes) => Buffer.from(bytes).toString("hex")),
    partition: uint32,
    epoch: uint32,
    heardOffset: uint48,
    lastEventAtMs: uint48,
    session: fc.option(fc.string({ unit: "grapheme", maxLength: 20 }), { nil: undefined }),
    sessionSteps: uint32,
    steps: uint48,
    recent: fc.array(recent, { maxLength: RECENT_EVENTS_MAX, size: "max" }),
    heardEvents: fc.array(eventHashes, { maxLength: DEDUPE_EVENTS_MAX, size: "max" }),
    disliked: fc.array(hash, { maxLength: DISLIKED_TRACKS_MAX }),
    hidden: fc.constantFrom({}, { short: true }, { long: true }, { short: true, long: true }),
    short: hidden,
    long: hidden,
  },
  { noNullPrototype: true },
);
const anyRecord = record.map(({ short, long, ...rest }) => ({
  ...rest,
  hidden: {
    ...("short" in rest.hidden ? { short } : {}),
    ...("long" in rest.hidden ? { long } : {}),
  },
})) as unknown as fc.Arbitrary<ListenerRecord>;

test("a record comes back from its bytes as it went in", () => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      assert.deepEqual(decodeRecord(encodeRecord(record, ann), ann), record);
    }),
  );
});

test("no byte can be flipped unnoticed", () => {
  const bytes = encodeRecord(typicalRecord(8), ann);
  for (let at = 0; at < bytes.length; at++) {
    for (const mask of [1, 0x80, 0xff]) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= mask;
      assert.throws(() => decodeRecord(flipped, ann), isBadRecord, `byte ${at}`);
    }
  }
});

test("a record that is cut short, longer, or another listener's is refused", () => {
  const bytes = encodeRecord(typicalRecord(8), ann);
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeRecord(bytes.subarray(0, length), ann), isBadRecord);
  }
  assert.throws(() => decodeRecord(Buffer.concat([bytes, Buffer.alloc(1)]), ann), isBadRecord);
  assert.throws(() => decodeRecord(bytes, "bob" as ListenerId), isBadRecord);
});

test("bytes from anywhere are refused with bad_record and nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      assert.throws(() => decodeRecord(Buffer.from(bytes), ann), isBadRecord);
    }),
  );
});

test("the bytes of format 3 are the golden ones", () => {
  assert.equal(encodeRecord(typicalRecord(2), ann).toString("hex"), GOLDEN_3);
  assert.deepEqual(decodeRecord(Buffer.from(GOLDEN_3, "hex"), ann), typicalRecord(2));
});

test("a record of format 2 is read as what it would be in format 3", () => {
  assert.deepEqual(decodeRecord(Buffer.from(GOLDEN_2, "hex"), ann), typicalRecord(2));
});

test("a record of format 1 is read as what it would be in format 3", () => {
  const { heardEvents, ...rest } = decodeRecord(Buffer.from(GOLDEN_1, "hex"), ann);
  assert.deepEqual({ ...rest, heardEvents: [] }, { ...typicalRecord(2), heardEvents: [] });
  // Format 1 held 2 ** 50 and 2 ** 50 + 1, of which the low 40 bits are left.
  assert.deepEqual(heardEvents, [0, 1]);
});

test("a record whose times and fractions were exact has them as they would be kept now", () => {
  const { recent, lastEventAtMs } = decodeRecord(Buffer.from(GOLDEN_2_EXACT, "hex"), ann);
  // Format 2 held 1,699,999,999,999 and 200,124 ms more, and a third of a track.
  assert.equal(lastEventAtMs, 1_700_000_200_123);
  assert.deepEqual(
    recent.map(({ happenedAtMs, gapMs, fractionPlayed }) => [happenedAtMs, gapMs, fractionPlayed]),
    [
      [1_699_999_999_750, 86_400_000, 1],
      [1_700_000_200_000, 200_250, Math.fround(0.335)],
    ],
  );
});

test("states that are no bytes are kept in halves, each model's by themselves", () => {
  const bytes = (short: number[], long: number[]) => {
    const hidden = { short: Float32Array.from(short), long: Float32Array.from(long) };
    return encodeRecord({ ...typicalRecord(2), hidden }, ann).length;
  };
  const none = bytes([], []);
  assert.equal(bytes([0.5, -0.25], [1 / 128]), none + 3);
  assert.equal(bytes([0.5, 1.5], [1 / 128]), none + 5);
  assert.equal(bytes([0.5, 0.25], [1 / 1024]), none + 4);
});

test("a listener with 30 events and two hidden states of 100 takes at most 554 bytes", () => {
  const { recent, ...rest } = typicalRecord(30);
  const record: ListenerRecord = {
    ...rest,
    recent: recent.map((event, at) => ({
      ...event,
      ...(at % 3 === 0 ? SKIPPED : FINISHED),
      shuffle: false,
    })),
    heardEvents: rest.heardEvents.slice(-DEDUPE_EVENTS_LEAST),
    heardOffset: 1_000_000 as Offset,
    session: "session-2-7" as SessionId,
    disliked: [],
    hidden: { short: new Float32Array(100), long: new Float32Array(100) },
  };
  // Seven such records fit into a page of LMDB with keys of 18 bytes.
  assert.ok(encodeRecord(record, ann).length <= 554);
});

const SKIPPED = { kind: "skipped", fractionPlayed: 0.25 } as const;
const FINISHED = { kind: "finished", fractionPlayed: 1 } as const;

/** Records on disk hold these bytes: a change to them is a new format version. */
const GOLDEN_1 = [
  "b843359d01060123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef030000000100",
  "00000500000000014075e8cf8b0102000000ea03000000000000020001000201020000003f000080be000080",
  "3f00000000000004010000000000044d00000000000000000000000010121580a0abfef96280b89929010000",
  "00000010130a80b5180000803e",
].join("");

const GOLDEN_2 = [
  "073839d602060123456789abcdef0301858080808020c0eaa1ffbc3102ea07000201020102003800b4003c00",
  "0000008001000000804d000000000000000000000000b01280a0abfef9620480b89929010000000000d01380",
  "b518010000803e",
].join("");

/** The same listener, whose times are no quarter seconds, and a third of a track was heard. */
const GOLDEN_2_EXACT = [
  "7cc34d3e02060123456789abcdef0301858080808020bbeba1ffbc3102ea07000201020102003800b4003c00",
  "0000008001000000804d000000000000000000000000b012fe9fabfef9620480b89929010000000000d013f8",
  "b61801abaaaa3e",
].join("");

const GOLDEN_3 = [
  "d204f02d030e0123456789abcdef0301858080808020c0eaa1ffbc3102ea0700020102010240e0003c000000",
  "008001000000804d000000000000bf0c0000000000005005030180b89929010000000000708632320181",
].join("");

function encodeRecord(record: ListenerRecord, listener: ListenerId): Buffer {
  return codec.encodeRecord(storedRecord(record), listener);
}

function decodeRecord(bytes: Buffer, listener: ListenerId): ListenerRecord {
  return listenerRecord(codec.decodeRecord(bytes, listener));
}

function typicalRecord(events: number): ListenerRecord {
  const indexes = Array.from({ length: events }, (_, index) => index);
  return {
    bundle: "0123456789abcdef" as BundleMark,
    partition: 3 as Partition,
    epoch: 1,
    heardOffset: (2 ** 40 + 5) as Offset,
    lastEventAtMs: 1_700_000_000_000 + 200_000 * (events - 1),
    session: undefined,
    sessionSteps: events,
    steps: 1000 + events,
    recent: indexes.map((index) => ({
      track: (2 ** 52 + index) as TrackHash,
      happenedAtMs: 1_700_000_000_000 + 200_000 * index,
      kind: index % 2 ? "skipped" : "finished",
      fractionPlayed: index % 2 ? 0.25 : 1,
      gapMs: index === 0 ? 86_400_000 : 200_000,
      sessionStart: index === 0,
      context: "playlist",
      shuffle: index % 2 === 1,
    })),
    heardEvents: indexes.map((index) => (2 ** 39 + index) as EventHash),
    disliked: [77 as TrackHash],
    hidden: { short: Float32Array.of(0.5, -0.25), long: Float32Array.of(1) },
  };
}

function isBadRecord(error: unknown): boolean {
  return error instanceof Failure && error.code === "bad_record";
}
