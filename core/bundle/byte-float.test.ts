import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readBytes, roundToBytes, writeBytes } from "./byte-float.ts";
import { roundToHalves } from "./half-float.ts";
import { pseudoRandom } from "./pseudo-random.ts";

const state = fc.float({ min: Math.fround(-0.99), max: Math.fround(0.99), noNaN: true });

test("rounding takes one of the two bytes around a number", () => {
  fc.assert(
    fc.property(state, (value) => {
      const steps = rounded(value) * 128;
      assert.ok(Number.isInteger(steps));
      assert.ok(Math.abs(steps - value * 128) < 1);
    }),
  );
});

test("rounding moves numbers by nothing on average, wherever they stand between two bytes", () => {
  for (let tenth = 0; tenth < 10; tenth++) {
    const values = Float32Array.from({ length: 20_000 }, (_, index) => {
      return (40 + tenth / 10 + index / 1e6) / 128;
    });
    const before = mean(values);
    roundToBytes(values);
    // Five standard errors of a mean of so many numbers that are a step apart.
    assert.ok(Math.abs(mean(values) - before) < (5 * 0.5) / 128 / Math.sqrt(20_000));
  }
});

test("a memory that moves by less than a step with each event still moves as far", () => {
  const random = pseudoRandom(3);
  const memory = new Float32Array(1_000);
  let exact = 0;
  for (let event = 0; event < 400; event++) {
    for (let place = 0; place < memory.length; place++) {
      memory[place]! += ((random() + 1) / 2 - memory[place]!) / 300;
    }
    roundToBytes(memory);
    exact += (0.5 - exact) / 300;
  }
  assert.ok(Math.abs(mean(memory) - exact) < 0.01);
});

test("rounding what was rounded changes nothing, and gives halves", () => {
  fc.assert(
    fc.property(fc.float(), (value) => {
      const once = rounded(value);
      assert.equal(rounded(once), once);
      const half = Float32Array.of(once);
      roundToHalves(half);
      assert.equal(half[0], once);
    }),
  );
});

test("every byte comes back as it was written", () => {
  const values = Float32Array.from({ length: 255 }, (_, index) => (index - 127) / 128);
  const bytes = Buffer.alloc(255);
  assert.equal(writeBytes(bytes, 0, values), 255);
  const again = new Float32Array(255);
  readBytes(bytes, 0, again);
  assert.deepEqual(again, values);
});

test("a number beyond the bytes becomes the outermost one, and NaN stays NaN", () => {
  assert.equal(rounded(1), 127 / 128);
  assert.equal(rounded(Number.NEGATIVE_INFINITY), -127 / 128);
  assert.ok(Number.isNaN(rounded(Number.NaN)));
  assert.ok(Object.is(rounded(-0), 0));
});

test("numbers that are no bytes are not written as such", () => {
  for (const value of [1 / 3, 1, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(writeBytes(Buffer.alloc(2), 0, Float32Array.of(0.5, value)), undefined);
  }
});

function rounded(value: number): number {
  const values = Float32Array.of(value);
  roundToBytes(values);
  return values[0]!;
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
