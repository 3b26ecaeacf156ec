import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { FAILURE_CODES } from "../../core/domain/failure.ts";
import { compared, DECLARED_PARTS } from "../../deploy/check/document-reference.ts";

const ROOT = join(import.meta.dirname, "../..");
const DOCS = join(ROOT, "docs");

for (const part of DECLARED_PARTS) {
  test(`docs/${part.document} says what is declared`, async () => {
    const { written, declared } = await compared(part);
    assert.equal(written, declared, "run npm run generate");
  });
}

test("docs/errors.md has every failure, every status and every code of the client", () => {
  const text = readFileSync(join(DOCS, "errors.md"), "utf8");
  const statuses = wordsIn(["scorer", "ingest"], /\bstatus\.([A-Z_]+)/g);
  const codes = wordsIn(["clients/typescript/src"], /^ {2}\| "(\w+)"/gm);
  assert.ok(statuses.size > 5 && codes.size > 5);
  for (const code of FAILURE_CODES) assert.ok(text.includes(`\n### ${code}\n`), code);
  for (const code of [...statuses, ...codes]) assert.ok(text.includes(`\n| \`${code}\` |`), code);
});

test("docs/README.md leads to every document", () => {
  const index = readFileSync(join(DOCS, "README.md"), "utf8");
  const all = filesIn(DOCS, /(?<!README)\.md$/).map((path) => relative(DOCS, path));
  const single = all.filter((path) => !path.startsWith("decisions/"));
  assert.ok(single.length > 20);
  for (const path of single) {
    assert.ok(index.includes(`](${path})`) || index.includes(`](${path}#`), path);
  }
});

/** What `pattern` finds in the sources of these folders. */
function wordsIn(folders: readonly string[], pattern: RegExp): Set<string> {
  const texts = folders.flatMap((folder) =>
    filesIn(join(ROOT, folder), /(?<!test)\.ts$/).map((path) => readFileSync(path, "utf8")),
  );
  return new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, word]) => word!)));
}

function filesIn(folder: string, name: RegExp): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((one) => name.test(one)).map((one) => join(folder, one));
}
