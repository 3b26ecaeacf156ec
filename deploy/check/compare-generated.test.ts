import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { compareFolders } from "./compare-generated.ts";

test("folders of the same files are equal", async (t) => {
  const files = { "a.ts": "1", "v1/b.ts": "2" };
  assert.deepEqual(compareFolders(await folderOf(t, files), await folderOf(t, files)), []);
});

test("a changed, a missing and a left-over file are named", async (t) => {
  const committed = await folderOf(t, { "changed.ts": "1", "left-over.ts": "2" });
  const generated = await folderOf(t, { "changed.ts": "3", "v1/missing.ts": "4" });
  const differences = ["changed.ts", "left-over.ts", "v1/missing.ts"];
  assert.deepEqual(compareFolders(committed, generated), differences);
});

async function folderOf(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "segue-compare-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}
