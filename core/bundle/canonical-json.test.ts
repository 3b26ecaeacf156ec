import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { refusal } from "../../test/fixtures/rewrite-bundle.ts";
import { bundleId, canonicalJson } from "./canonical-json.ts";

test("keys are sorted, and there is no white space", () => {
  const value = { b: [1, { z: null, y: true }], a: "é\n", "": 0.1, c: undefined };
  assert.equal(canonicalJson(value), '{"":0.1,"a":"é\\n","b":[1,{"y":true,"z":null}]}');
});

test("numbers are as ECMAScript writes them", () => {
  assert.equal(canonicalJson([1, 1e21, 1e-7, -0, 0.00001]), "[1,1e+21,1e-7,0,0.00001]");
});

test("the canonical text means the same value and does not depend on the order of keys", () =>
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = canonicalJson(value);
      assert.equal(canonicalJson(JSON.parse(text)), text);
      assert.equal(canonicalJson(turned(value)), text);
    }),
  ));

test("an id does not depend on the id", () => {
  assert.equal(bundleId({ id: "a", x: 1 }), bundleId({ x: 1, id: "b" }));
  assert.notEqual(bundleId({ x: 1 }), bundleId({ x: 2 }));
});

test("what is no JSON is refused", () => {
  for (const value of [Number.NaN, Infinity, 1n, () => 1, [undefined]]) {
    assert.throws(() => canonicalJson(value), refusal("manifest"));
  }
});

test("endless nesting is refused", () => {
  let value: unknown = 1;
  for (let depth = 0; depth < 100_000; depth++) value = [value];
  assert.throws(() => canonicalJson(value), refusal("manifest"));
});

/** The same value with all keys in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, turned(item)] as const);
  return Object.fromEntries(entries.reverse());
}
