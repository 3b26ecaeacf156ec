import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Offset } from "../domain/ids.ts";
import { decodeRecord, encodeRecord } from "./embedded-record.ts";
import type { NewRecord } from "./event-log.ts";

const OFFSET = 7 as Offset;
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const names = text.filter((name) => name !== "__proto__");
const records: fc.Arbitrary<NewRecord> = fc.record({
  key: text,
  value: fc.option(fc.uint8Array({ maxLength: 200 })),
  headers: fc.dictionary(names, text, { maxKeys: 5, noNullPrototype: true }),
  timestampMs: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
});

test("a record comes back from its bytes as it was", () => {
  fc.assert(
    fc.property(records, (record) => {
      const found = decodeRecord(encodeRecord(record, 0), OFFSET);
      const value = found.value === null ? null : Uint8Array.from(found.value);
      assert.deepEqual({ ...found, value }, { ...record, offset: OFFSET });
    }),
  );
});

test("a flipped bit or a missing tail is told as damage, never read", () => {
  fc.assert(
    fc.property(records, fc.nat(), fc.integer({ min: 0, max: 7 }), (record, place, bit) => {
      const bytes = encodeRecord(record, 0);
      // The version byte is not under the checksum: of another version nothing else is known.
      const at = 1 + (place % (bytes.length - 1));
      const tail = bytes.subarray(0, at);
      assert.throws(() => decodeRecord(tail, OFFSET), { code: "log_data_lost" });
      bytes[at]! ^= 1 << bit;
      assert.throws(() => decodeRecord(bytes, OFFSET), { code: "log_data_lost" });
    }),
  );
});

test("a record without a timestamp gets the time of the append", () => {
  const bytes = encodeRecord({ key: "a", value: null }, 1_700_000_000_000);
  assert.equal(decodeRecord(bytes, OFFSET).timestampMs, 1_700_000_000_000);
});

test("the bytes of format 1 stay what they are", () => {
  const headers = { "content-type": "application/x-protobuf" };
  const record = { key: "listener", value: Buffer.from([1, 2, 255]), headers, timestampMs: 1.7e12 };
  assert.equal(encodeRecord(record, 0).toString("hex"), GOLDEN_FORMAT_1);
});

test("a record of a newer format is refused by its number", () => {
  const bytes = encodeRecord({ key: "a", value: null }, 0);
  bytes[0] = 2;
  assert.throws(() => decodeRecord(bytes, OFFSET), { code: "bad_configuration", field: "log" });
});

/** Golden bytes: never generate them anew, a log that lies on a disk has them. */
const GOLDEN_FORMAT_1 =
  "019f55e882004278bcfe56800000000800016c697374656e6572" +
  "0000000c00000016636f6e74656e742d747970656170706c69636174696f6e2f782d70726f746f627566" +
  "0102ff";
