import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readHalves, roundToHalves, writeHalves } from "./half-float.ts";

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const ordinary = fc.float({ min: -2, max: 2, noNaN: true });
const tiny = fc.float({ min: Math.fround(-1e-4), max: Math.fround(1e-4), noNaN: true });

test("rounding takes the nearest half, by the definition of IEEE 754", () => {
  fc.assert(
    fc.property(fc.oneof(float, ordinary, tiny), (value) => {
      const found = rounded(value);
      const size = Math.min(Math.abs(value), 65_504);
      const exponent = Math.max(Math.floor(Math.log2(size)), -14);
      const step = 2 ** (exponent - 10);
      const below = Math.floor(size / step);
      const over = size / step - below;
      const up = over > 0.5 || (over === 0.5 && below % 2 === 1);
      assert.equal(Math.abs(found), (below + Number(up)) * step);
      assert.ok(found === 0 || Math.sign(found) === Math.sign(value));
    }),
  );
});

test("rounding what was rounded changes nothing", () => {
  fc.assert(
    fc.property(fc.float(), (value) => {
      assert.equal(rounded(rounded(value)), rounded(value));
    }),
  );
});

test("every half comes back from its two bytes", () => {
  const values = Float32Array.from({ length: 2 ** 16 }, (_, index) => index);
  readHalves(Buffer.from(Uint16Array.from(values).buffer), 0, values);
  const finite = values.filter(Number.isFinite);
  assert.equal(finite.length, 2 ** 16 - 2 ** 11);
  const bytes = Buffer.alloc(2 * finite.length);
  assert.equal(writeHalves(bytes, 0, finite), bytes.length);
  const again = new Float32Array(finite.length);
  readHalves(bytes, 0, again);
  assert.deepEqual(again, finite);
});

test("a number beyond the halves becomes the largest, and NaN stays NaN", () => {
  assert.equal(rounded(1e30), 65_504);
  assert.equal(rounded(Number.NEGATIVE_INFINITY), -65_504);
  assert.ok(Number.isNaN(rounded(Number.NaN)));
  const bytes = Buffer.alloc(2);
  writeHalves(bytes, 0, Float32Array.of(Number.NaN));
  const read = new Float32Array(1);
  readHalves(bytes, 0, read);
  assert.ok(Number.isNaN(read[0]));
});

test("a number that is no half is refused where it would be cut", () => {
  assert.throws(() => writeHalves(Buffer.alloc(2), 0, Float32Array.of(1 / 3)), /halves/);
});

function rounded(value: number): number {
  const values = Float32Array.of(value);
  roundToHalves(values);
  return values[0]!;
}
