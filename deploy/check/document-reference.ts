import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../../cli/command-list.ts";
import { commandReference } from "../../cli/command-reference.ts";
import { documentedKeys, keysTable } from "../../cli/config-keys.ts";
import { apiReference } from "../../console/openapi/api-reference.ts";

const DOCS = join(import.meta.dirname, "../../docs");

/** What a document holds by declaration: all of it from `start` to its end. */
interface DeclaredPart {
  readonly document: string;
  readonly start: string;
  text(): Promise<string>;
}

export const DECLARED_PARTS: readonly DeclaredPart[] = [
  {
    document: "configuration.md",
    start: "| key | variable |",
    text: async () => keysTable(await documentedKeys(COMMANDS)),
  },
  {
    document: "commands.md",
    start: "\n## start",
    text: async () => `\n${await commandReference(COMMANDS)}`,
  },
  { document: "api.md", start: "\n## Recommender", text: async () => `\n${await apiReference()}` },
];

/** The document as it is, and as the declarations have it now. */
export async function compared({ document, start, text }: DeclaredPart) {
  const path = join(DOCS, document);
  const written = readFileSync(path, "utf8");
  const at = written.indexOf(start);
  if (at === -1) throw new Error(`${document} has no line "${start.trim()}"`);
  return { path, written, declared: written.slice(0, at) + (await text()) };
}

if (import.meta.main) {
  for (const part of DECLARED_PARTS) {
    const { path, declared } = await compared(part);
    writeFileSync(path, declared);
  }
}
