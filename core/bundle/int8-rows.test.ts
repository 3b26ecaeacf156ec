import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromInt8Rows, toInt8Rows } from "./int8-rows.ts";

const WIDTH = 5;

test("rounding to int8 moves a number by at most half of its row's step", () =>
  fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 8 * WIDTH }),
      (numbers) => {
        const rows = Math.floor(numbers.length / WIDTH);
        const values = Float32Array.from(numbers.slice(0, rows * WIDTH));
        const rounded = toInt8Rows(values, WIDTH);
        const back = fromInt8Rows(rounded, WIDTH);
        for (const [at, value] of values.entries()) {
          const scale = rounded.scales[Math.floor(at / WIDTH)]!;
          // Float32 rounds the scale and the product; below its least number it rounds to that.
          const bound = 0.5 * scale + 2 ** -22 * Math.abs(value) + 127 * 2 ** -149;
          assert.ok(Math.abs(back[at]! - value) <= bound, `${value} came back as ${back[at]}`);
        }
      },
    ),
  ));

test("rows that were rounded once are not moved much by a second rounding", () => {
  const values = Float32Array.from({ length: 200 * WIDTH }, (_, at) => Math.sin(at * at));
  const once = toInt8Rows(values, WIDTH);
  const twice = toInt8Rows(fromInt8Rows(once, WIDTH), WIDTH);
  assert.deepEqual(twice.steps, once.steps);
});

test("a row of zeros stays one, and its scale is 0", () => {
  const { steps, scales } = toInt8Rows(new Float32Array(WIDTH), WIDTH);
  assert.deepEqual([...scales], [0]);
  assert.deepEqual(fromInt8Rows({ steps, scales }, WIDTH), new Float32Array(WIDTH));
});

test("the largest float32 comes back finite", () => {
  const largest = 2 ** 128 - 2 ** 104;
  const values = Float32Array.of(0, largest, -largest, 1, 0);
  const back = fromInt8Rows(toInt8Rows(values, WIDTH), WIDTH);
  assert.ok(Number.isFinite(back[1]) && Math.abs(back[1]! / largest - 1) < 2 ** -20);
  assert.equal(back[2], -back[1]!);
});
