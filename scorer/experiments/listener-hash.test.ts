import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { ListenerId } from "../../core/domain/ids.ts";
import { listenerHash, placeOfHash } from "./listener-hash.ts";

test("a listener's hash is the start of SHA-256 over salt and id", () => {
  const whole = createHash("sha256").update("salt\nada").digest("hex");
  assert.equal(listenerHash("ada" as ListenerId, "salt"), whole.slice(0, 16));
});

test("places are even over listeners, and those of another salt know nothing of them", () => {
  const listeners = Array.from({ length: 4_000 }, (_, at) => `listener-${at}` as ListenerId);
  const places = (salt: string) => listeners.map((one) => placeOfHash(listenerHash(one, salt)));
  const [one, other] = [places("one"), places("other")];
  for (let tenth = 0; tenth < 10; tenth++) {
    const isIn = (place: number) => place >= tenth / 10 && place < (tenth + 1) / 10;
    assert.ok(Math.abs(one.filter(isIn).length - 400) < 100);
  }
  const both = one.filter((place, at) => place < 0.5 && other[at]! < 0.5);
  assert.ok(Math.abs(both.length - 1_000) < 120);
});
