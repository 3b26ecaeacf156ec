import assert from "node:assert/strict";
import { test } from "node:test";
import { createFrameReader, frameOf } from "./frames.ts";

test("frames are whole however their bytes were cut", () => {
  const texts = ['{"a":1}', "{}", JSON.stringify({ title: "Für Elise – ♪".repeat(40) })];
  const bytes = Uint8Array.from(texts.flatMap((text) => [...frameOf(text)]));
  for (const size of [1, 3, 7, 64, bytes.length]) {
    const read = createFrameReader();
    const found: string[] = [];
    for (let from = 0; from < bytes.length; from += size) {
      found.push(...read(bytes.subarray(from, from + size)).map(({ text }) => text));
    }
    assert.deepEqual(found, texts, `in pieces of ${size}`);
  }
});

test("a frame that ends the stream says so", () => {
  const frame = frameOf("{}");
  frame[0] = 2;
  assert.deepEqual(createFrameReader()(frame), [{ text: "{}", isLast: true }]);
});
