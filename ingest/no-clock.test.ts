import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..");
/** Whatever asks a machine's clock or waits for it. */
const CLOCK = /\b(Date\.now|new Date|performance\.now|setTimeout|setInterval)\b/;

/** They decide when the state is checked, or a copy of it written or read, never what is in it. */
const ONLY_WAITING: ReadonlySet<string> = new Set([
  "core/state/check-while-written.ts",
  "ingest/changelog/follow-partitions.ts",
  "ingest/changelog/keep-changelog.ts",
]);

test("nothing that decides about a listener's state asks a clock", () => {
  const asking = filesWith(CLOCK, ["core/state", "core/domain", "ingest"]);
  assert.deepEqual(new Set(asking), ONLY_WAITING);
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
