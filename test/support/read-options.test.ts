import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "../..");
const TOOLS = ["storms", "rules", "simulation", "floods"].map((name) => `test/${name}/run.ts`);

test("every tool of the suite prints its help, and names an option that it has not", () => {
  for (const tool of TOOLS) {
    const help = ended(tool, "--help");
    assert.deepEqual([help.status, help.stderr], [0, ""], tool);
    assert.match(help.stdout, /^npm run -s /);
    const wrong = ended(tool, "--sed", "1");
    assert.equal(wrong.status, 2, tool);
    assert.match(wrong.stderr, /^Unknown option '--sed'.*\n\nnpm run -s /s);
    assert.doesNotMatch(wrong.stderr, /^ {4}at /m);
  }
});

test("a value that is no number, and a proof that there is not, are named", () => {
  const number = ended("test/rules/run.ts", "--replies", "many");
  assert.match(number.stderr, /^--replies is "many", not a whole number from 1 on\n/);
  assert.match(ended("test/storms/run.ts", "rain").stderr, /^there is no proof "rain"\n/);
});

function ended(tool: string, ...args: readonly string[]) {
  return spawnSync(process.execPath, [join(ROOT, tool), ...args], { encoding: "utf8" });
}
