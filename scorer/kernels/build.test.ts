import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { compileScan, SCAN_WASM } from "./build.ts";

test("scan.wasm is what scan.as.ts compiles to", async () => {
  assert.deepEqual(Buffer.from(await compileScan()), await readFile(SCAN_WASM));
});
