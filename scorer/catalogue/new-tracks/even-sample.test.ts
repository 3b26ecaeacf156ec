import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { TrackIndex } from "../../../core/domain/ids.ts";
import { newEvenSample } from "./even-sample.ts";

test("a sample is every n-th row, and all rows where they are few", () => {
  const rowsMax = 8;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), (count) => {
      const sample = newEvenSample(rowsMax);
      for (let row = 0; row < count; row++) {
        sample.offer(row as TrackIndex);
        sample.offer(row as TrackIndex);
      }
      assert.equal(sample.seen(), count, "a row that comes twice in a row counts once");
      const { rows } = sample;
      assert.ok(rows.length < rowsMax && rows.length >= Math.min(count, rowsMax / 2));
      const stride = rows.length > 1 ? rows[1]! : 1;
      for (const [at, row] of rows.entries()) assert.equal(row, at * stride);
      if (count < rowsMax) assert.equal(rows.length, count);
    }),
  );
});
