import assert from "node:assert/strict";
import { test } from "node:test";
import { readable } from "./readable.ts";

test("a record that is text is shown as text, another in hexadecimal digits", () => {
  const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString("base64");
  assert.equal(readable(base64('{"listener": "åsa"}')), '{"listener": "åsa"}');
  assert.equal(readable(""), "(nothing)");
  const rows = readable(base64(Uint8Array.from([0xff, 0x41, 0, ...Array(15).fill(0x42)])));
  assert.match(rows, /^ff 41 00 42 .* ·A·B+\n42 42 +BB$/);
});
