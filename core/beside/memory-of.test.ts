import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryOf } from "./memory-of.ts";

test("all memory of a value goes over, each once, but what threads share", () => {
  const numbers = new Float32Array(8);
  const bytes = Buffer.from(new ArrayBuffer(3));
  const value = {
    whole: numbers,
    part: numbers.subarray(2, 4),
    inner: [{ bytes }, null, "text", undefined],
    shared: new Uint8Array(new SharedArrayBuffer(4)),
  };
  assert.deepEqual(memoryOf(value), [numbers.buffer, bytes.buffer]);
});

test("a value that holds itself has an end", () => {
  const ring: Record<string, unknown> = { array: new Uint8Array(1) };
  ring.self = ring;
  assert.equal(memoryOf(ring).length, 1);
});
