import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { waves } from "./waves.ts";

const owners = fc
  .array(fc.array(fc.integer(), { maxLength: 9 }), { maxLength: 30 })
  .map((lists) => lists.map((steps) => ({ steps })));
const rowsMax = fc.integer({ min: 1, max: 8 });

test("no listener has two steps in one wave, and no wave is empty or too wide", () => {
  fc.assert(
    fc.property(owners, rowsMax, (owners, rowsMax) => {
      for (const wave of waves(owners, rowsMax)) {
        assert.ok(wave.length > 0 && wave.length <= rowsMax);
        assert.equal(new Set(wave.map((row) => row.owner)).size, wave.length);
      }
    }),
  );
});

test("every listener's steps come all, once and in order", () => {
  fc.assert(
    fc.property(owners, rowsMax, (owners, rowsMax) => {
      const heard = new Map(owners.map((owner) => [owner, [] as number[]]));
      for (const { owner, step } of waves<number, (typeof owners)[0]>(owners, rowsMax).flat()) {
        heard.get(owner)!.push(step);
      }
      for (const [owner, steps] of heard) assert.deepEqual(steps, owner.steps);
    }),
  );
});

test("there are no more waves than the longest listener needs, but for their width", () => {
  const owners = [{ steps: [1, 2, 3] }, { steps: [4] }, { steps: [] }, { steps: [5, 6] }];
  const steps = waves<number, { steps: number[] }>(owners).map((wave) =>
    wave.map((row) => row.step),
  );
  assert.deepEqual(steps, [[1, 4, 5], [2, 6], [3]]);
});
