import assert from "node:assert/strict";
import { test } from "node:test";
import { recommendationId } from "./recommendation-id.ts";

test("an id is a UUID of version 7: time first, then chance", () => {
  // The example of RFC 9562, appendix A.6.
  const random = Buffer.from("0cc318c4dc0c0c07398f", "hex");
  const id = recommendationId(0x017f22e279b0, random);
  assert.equal(id, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
});

test("ids of later times sort later", () => {
  const random = new Uint8Array(10);
  const ids = [1, 16, 2 ** 40, 2 ** 47].map((timeMs) => recommendationId(timeMs, random));
  assert.deepEqual(ids.toSorted(), ids);
});
