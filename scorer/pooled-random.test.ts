import assert from "node:assert/strict";
import { test } from "node:test";
import { pooledRandom } from "./pooled-random.ts";

test("bytes come in the order in which they were drawn, and none of them twice", () => {
  let drawn = 0;
  const random = pooledRandom((length) => {
    return Uint8Array.from({ length }, () => drawn++);
  });
  const first = Array.from({ length: 25 }, () => [...random(10)]).flat();
  assert.deepEqual(
    first,
    first.map((_, at) => at % 256),
  );
  assert.equal(drawn, 4096, "all of them are of one pool");
  assert.equal(random(4095).length, 4095, "what does not fit into a pool begins the next one");
  assert.equal(drawn, 2 * 4096);
  assert.equal(random(5000).length, 5000);
});
