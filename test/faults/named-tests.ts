import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { walk } from "../tidy/source-file.ts";
import type { RowTest } from "./fault-list.ts";

/** Tests of the registry that neither their file nor a contract that it imports declares. */
export function lostTests(root: string, tests: readonly RowTest[]): string[] {
  return tests
    .filter(({ file, name }) => !declaredNames(join(root, file)).some((one) => one.test(name)))
    .map(({ file, name }) => `${file} has no test "${name}"`);
}

/** The names that a file gives to tests, as patterns: whatever is computed can be any text. */
function declaredNames(path: string): RegExp[] {
  const known = DECLARED.get(path);
  if (known !== undefined) return known;
  const source = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.ES2024, true);
  const names: RegExp[] = [];
  walk(source, (node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const to = node.moduleSpecifier.text;
      if (/\.contract\.ts$/.test(to)) names.push(...declaredNames(join(dirname(path), to)));
    }
    const [title] = ts.isCallExpression(node) ? node.arguments : [];
    if (title !== undefined && ts.isStringLiteral(title)) names.push(exactly([title.text]));
    if (title !== undefined && ts.isTemplateExpression(title)) {
      names.push(
        exactly([title.head.text, ...title.templateSpans.map((span) => span.literal.text)]),
      );
    }
  });
  DECLARED.set(path, names);
  return names;
}

const DECLARED = new Map<string, RegExp[]>();

/** No file, no names. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

function exactly(parts: readonly string[]): RegExp {
  const escaped = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".+")}$`);
}
