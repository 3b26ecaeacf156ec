import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { laneBatches } from "./lanes.ts";

test("a lane that ends takes up the next walk and forgets", () => {
  const walks = { starts: Int32Array.of(0, 10, 20), ends: Int32Array.of(3, 11, 22) };
  const seen = [...laneBatches(walks, { lanes: 2, steps: 1 })].length;
  assert.equal(seen, 3);
  const batches: unknown[] = [];
  for (const { event, keep, events } of laneBatches(walks, { lanes: 2, steps: 1 })) {
    batches.push([[...event], [...keep], events]);
  }
  assert.deepEqual(batches, [
    [[0, 10], [0, 0], 2],
    [[1, 20], [1, 0], 2],
    [[2, 21], [1, 1], 2],
  ]);
});

test("every event of every walk is led through a lane once, in order", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 12 });
  const sizes = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(lengths, sizes, sizes, (lengths, lanes, steps) => {
      const ends = Int32Array.from(lengths);
      for (let walk = 1; walk < ends.length; walk++) ends[walk] = ends[walk]! + ends[walk - 1]!;
      const starts = ends.map((end, walk) => end - lengths[walk]!);
      const last = new Int32Array(lanes).fill(-1);
      const heard = new Set<number>();
      for (const { event, keep } of laneBatches({ starts, ends }, { lanes, steps })) {
        for (const [row, at] of event.entries()) {
          if (at < 0) continue;
          const lane = row % lanes;
          const begins = starts.includes(at);
          assert.equal(keep[row], begins ? 0 : 1);
          if (!begins) assert.equal(at, last[lane]! + 1);
          assert.ok(!heard.has(at));
          heard.add(at);
          last[lane] = at;
        }
      }
      assert.equal(heard.size, ends.at(-1) ?? 0);
    }),
  );
});
