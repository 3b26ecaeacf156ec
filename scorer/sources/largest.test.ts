import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { newLargest } from "./largest.ts";

test("the least of the largest is what sorting finds, call after call", () => {
  const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(values), (limit, calls) => {
      const largest = newLargest(limit);
      for (const offered of calls) {
        for (const value of offered) largest.offer(value);
        const sorted = offered.toSorted((one, other) => other - one);
        assert.equal(largest.take(), sorted[Math.min(limit, sorted.length) - 1]);
      }
    }),
  );
});
