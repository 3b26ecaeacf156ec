import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** A file of the repository; checks get them as data, so that each can be shown a bad sample. */
export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

const NOT_OURS = new Set([
  "node_modules",
  ".git",
  ".segue",
  ".kafka",
  ".examples",
  "page-built",
  "dist",
]);
const GENERATED = "proto/gen/";
const TEXT_FILES = /\.(tsx?|md|json|yaml|proto|sh|xml|properties|html|css)$|^\.ci\/run$/;

/** Every text file of ours, without what a generator or npm wrote. */
export function readSourceFiles(root: string): SourceFile[] {
  return listFiles(root, "")
    .filter((path) => TEXT_FILES.test(path) && path !== "package-lock.json")
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

function listFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (NOT_OURS.has(entry.name) || `${path}/` === GENERATED) return [];
    return entry.isDirectory() ? listFiles(root, path) : [path];
  });
}

export function isCode({ path }: SourceFile): boolean {
  return /\.tsx?$/.test(path);
}

/** Whether a file is for tests alone; tests may look at every floor. */
export function isTest({ path }: Pick<SourceFile, "path">): boolean {
  return /\.(test|contract)\.ts$/.test(path) || path.startsWith("test/");
}

export function parse(file: SourceFile): ts.SourceFile {
  const known = PARSED.get(file);
  if (known !== undefined) return known;
  const parsed = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2024, true);
  PARSED.set(file, parsed);
  return parsed;
}

/** Many checks look at each file. */
const PARSED = new WeakMap<SourceFile, ts.SourceFile>();

/** Calls `visit` on every node below `node`, itself included. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** `path:line`, as editors open it. */
export function place(source: ts.SourceFile, node: ts.Node): string {
  const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
  return `${source.fileName}:${line + 1}`;
}
