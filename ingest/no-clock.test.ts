import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..");
/** Whatever asks a machine's clock or waits for it. */
const CLOCK = /\b(Date\.now|new Date|performance\.now|setTimeout|setInterval)\b/;

test("nothing that decides about a listener's state asks a clock", () => {
  assert.deepEqual(filesWith(CLOCK, ["core/state", "core/domain", "ingest"]), []);
  assert.match("const nowMs = Date.now();", CLOCK);
});

function filesWith(pattern: RegExp, folders: readonly string[]): string[] {
  return folders.flatMap((folder) => {
    const entries = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
    const code = entries.filter((path) => /(?<!\.test|\.contract|\.fixture)\.ts$/.test(path));
    const paths = code.map((path) => `${folder}/${path}`);
    return paths.filter((path) => pattern.test(readFileSync(join(ROOT, path), "utf8")));
  });
}
