import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Failure } from "../domain/failure.ts";
import { decodeSeal, emptySeal, encodeSeal, resealed, sealOf } from "./store-seal.ts";

const STORE = "0123456789abcdef";
const text = fc.string({ minLength: 1, maxLength: 3 });
const changes = fc.array(fc.tuple(text, fc.option(text, { nil: undefined })), { maxLength: 40 });

test("a seal that followed every change is the seal of what is left", () => {
  fc.assert(
    fc.property(changes, (list) => {
      const held = new Map<string, string>();
      let seal = emptySeal(STORE);
      for (const [name, value] of list) {
        const [before, after] = [held.get(name), value].map((one) => one && Buffer.from(one));
        seal = resealed(seal, Buffer.from(`L${name}`), {
          before: before || undefined,
          after: after || undefined,
        });
        if (value === undefined) held.delete(name);
        else held.set(name, value);
      }
      const entries = [...held].map(([name, value]) => ({
        key: Buffer.from(`L${name}`),
        value: Buffer.from(value),
      }));
      assert.deepEqual(seal, sealOf(STORE, entries));
      assert.deepEqual(decodeSeal(encodeSeal(seal)), seal);
    }),
  );
});

test("an entry that is missing, changed or under another key shows in the seal", () => {
  const entries = ["ann", "bob"].map((name) => ({
    key: Buffer.from(`L${name}`),
    value: Buffer.from(`of ${name}`),
  }));
  const seal = sealOf(STORE, entries);
  const [ann, bob] = entries as [(typeof entries)[0], (typeof entries)[0]];
  const exchanged = [
    { key: ann.key, value: bob.value },
    { key: bob.key, value: ann.value },
  ];
  for (const wrong of [[ann], exchanged, [ann, { ...bob, value: Buffer.from("of bof") }]]) {
    assert.notDeepEqual(sealOf(STORE, wrong), seal);
  }
});

test("no bit of a seal can be flipped unnoticed", () => {
  const bytes = encodeSeal({ store: STORE, entries: 12, sum: 2 ** 31, mix: 7 });
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const wrong = Buffer.from(bytes);
    wrong[bit >> 3]! ^= 1 << (bit & 7);
    assert.throws(() => decodeSeal(wrong), isBadRecord);
  }
});

function isBadRecord(error: unknown): boolean {
  return error instanceof Failure && error.code === "bad_record";
}
