import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { compareWithLastTag, FIRST_CONTRACTS } from "./compare-with-last-tag.ts";

const ROOT = join(import.meta.dirname, "../..");
const CATALOGUE = "proto/segue/v1/catalogue.proto";

test("without a tag nothing is compared, and the note says so", async (t) => {
  const result = compareWithLastTag(await repository(t));
  assert.deepEqual(result, { passed: true, output: "", note: "no tag yet: nothing was compared" });
});

test("clients of the first contracts are understood, and a changed field is named", async (t) => {
  const root = await repository(t);
  await mkdir(dirname(join(root, FIRST_CONTRACTS)), { recursive: true });
  await cp(join(ROOT, FIRST_CONTRACTS), join(root, FIRST_CONTRACTS));
  const note = "against the first contracts";
  assert.deepEqual(compareWithLastTag(root), { passed: true, output: "", note });

  const proto = await readFile(join(root, CATALOGUE), "utf8");
  await writeFile(join(root, CATALOGUE), proto.replace("string title = 3;", "bytes title = 3;"));
  const { passed, output } = compareWithLastTag(root);
  assert.equal(passed, false);
  assert.match(output, /catalogue\.proto.*title.*changed type from "string" to "bytes"/);
});

test("an added field passes, a renamed one is named", async (t) => {
  const root = await repository(t);
  git(root, ["tag", "v1"]);
  const proto = await readFile(join(root, CATALOGUE), "utf8");
  const added = proto.replace("string title = 3;", "string title = 3;\n  string mood = 99;");
  await writeFile(join(root, CATALOGUE), added);
  assert.deepEqual(compareWithLastTag(root), { passed: true, output: "", note: "against v1" });

  await writeFile(join(root, CATALOGUE), proto.replace("string title = 3;", "string name = 3;"));
  const { passed, output } = compareWithLastTag(root);
  assert.equal(passed, false);
  assert.match(output, /catalogue\.proto.*changed name from "title" to "name"/);
});

/** A repository of its own that holds our protos. */
async function repository(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "segue-tag-"));
  t.after(() => rm(root, { recursive: true }));
  await cp(join(ROOT, "proto/segue"), join(root, "proto/segue"), { recursive: true });
  await cp(join(ROOT, "buf.yaml"), join(root, "buf.yaml"));
  await symlink(join(ROOT, "node_modules"), join(root, "node_modules"));
  git(root, ["init", "--quiet"]);
  git(root, ["add", "proto", "buf.yaml"]);
  const author = ["-c", "user.name=A Test", "-c", "user.email=test@example.org"];
  git(root, [...author, "commit", "--quiet", "--no-verify", "--message", "A release"]);
  return root;
}

function git(root: string, args: readonly string[]): void {
  const done = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
}
