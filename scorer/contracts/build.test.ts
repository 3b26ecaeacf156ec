import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { compileContracts } from "./build.ts";
import { CONTRACTS } from "./read-contracts.ts";

test("contracts.binpb is what the .proto files compile to", async () => {
  const compiled = Buffer.from(await compileContracts());
  assert.ok(compiled.equals(await readFile(CONTRACTS)), "run scorer/contracts/build.ts");
});
