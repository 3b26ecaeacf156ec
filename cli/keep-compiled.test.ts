import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../test/support/temporary-folder.ts";

const SEGUE = join(import.meta.dirname, "segue.ts");

test("what a command has compiled is kept, and no more of it by the same one again", () => {
  const folder = join(temporaryFolder(), "compiled");
  assert.match(helpWith(folder), /--listener/);
  const kept = filesIn(folder);
  assert.ok(kept.length > 10, `${kept.length} files`);
  helpWith(folder);
  assert.deepEqual(filesIn(folder), kept);
});

test("a command runs where nothing can be kept", () => {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  assert.match(helpWith(join(file, "compiled")), /--listener/);
});

function helpWith(folder: string): string {
  const env = { ...process.env, NODE_COMPILE_CACHE: folder };
  const args = [SEGUE, "recommend", "--help"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}
