import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeRow } from "../../core/bundle/code-books.ts";
import { pseudoRandom, randomFloats } from "../../core/bundle/pseudo-random.ts";
import { codeAxes } from "./code-axes.ts";
import { divideCoordinates } from "./divide-coordinates.ts";
import { learnBooks } from "./learn-books.ts";

test("a track's coordinates times a query's are the track times the query", () => {
  const [width, count] = [5, 60];
  const random = pseudoRandom(3);
  const factor = randomFloats(random, width * width);
  const moments = new Float64Array(width * width);
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < width; column++) {
      let sum = row === column ? 0.1 : 0;
      for (let at = 0; at < width; at++) {
        sum += factor[row * width + at]! * factor[column * width + at]!;
      }
      moments[row * width + column] = sum;
    }
  }
  const rows = randomFloats(random, count * width);
  const { ofTracks, ofQueries } = codeAxes(moments, rows, width);
  const turned = (axes: Float64Array, vector: Float32Array) =>
    Array.from({ length: width }, (_, axis) => {
      return vector.reduce((sum, value, at) => sum + axes[axis * width + at]! * value, 0);
    });
  for (let row = 0; row + 1 < count; row++) {
    const track = rows.subarray(row * width, (row + 1) * width);
    const query = rows.subarray((row + 1) * width, (row + 2) * width);
    const score = track.reduce((sum, value, at) => sum + value * query[at]!, 0);
    const [left, right] = [turned(ofTracks, track), turned(ofQueries, query)];
    const found = left.reduce((sum, value, at) => sum + value * right[at]!, 0);
    assert.ok(Math.abs(found - score) < 1e-4, `${found} is not ${score}`);
  }
});

test("what varies much gets codes of its own, what varies little shares one or is left out", () => {
  const widths = divideCoordinates(Float64Array.of(256, 256, 16, 16, 16, 1e-9), 4);
  assert.deepEqual(widths.slice(0, 2), [1, 1]);
  assert.equal(
    widths.reduce((sum, width) => sum + width, 0),
    5,
  );
  assert.deepEqual(divideCoordinates(new Float64Array(3), 2), [1, 0], "nothing varies");
});

test("a code stands for the values of the rows that have it", () => {
  const rows = Float32Array.from({ length: 32 * 2 }, (_, at) => {
    const row = Math.floor(at / 2);
    return at % 2 === 0 ? row % 16 : 100 - (row % 16);
  });
  const learned = learnBooks(rows, Uint32Array.of(2));
  const codes = new Uint8Array(1);
  for (let from = 0; from < rows.length; from += 2) {
    encodeRow(learned, rows, from, codes);
    assert.ok(Math.abs(learned.books[codes[0]!]! - rows[from]!) <= 1);
    assert.ok(Math.abs(learned.books[16 + codes[0]!]! - rows[from + 1]!) <= 1);
  }
});
