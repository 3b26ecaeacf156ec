import ts from "typescript";
import { isCode, isTest, parse, place, type SourceFile, walk } from "./source-file.ts";

export const FILE_LINES_MAX = 300;
/** A function has fewer lines than this. */
export const FUNCTION_LINES_MAX = 70;
export const LINE_COLUMNS_MAX = 100;

/** Files over the limit without a reason, and reasons that are no longer needed. */
export function longFiles(
  files: readonly SourceFile[],
  reasons: Readonly<Record<string, string>>,
): string[] {
  const code = files.filter(isCode);
  const long = code.filter((file) => lineCount(file) > FILE_LINES_MAX);
  const unexplained = long.filter(({ path }) => !reasons[path]);
  const needless = Object.keys(reasons).filter((path) => !long.some((file) => file.path === path));
  return [
    ...unexplained.map((file) => `${file.path} has ${lineCount(file)} lines`),
    ...needless.map((path) => `${path} needs no exception any more`),
  ];
}

function lineCount({ text }: SourceFile): number {
  return text.trimEnd().split("\n").length;
}

/** A function that registers tests counts without them: each test is a function of its own. */
export function longFunctions(files: readonly SourceFile[]): string[] {
  return files.filter(isCode).flatMap((file) => {
    const source = parse(file);
    const long: string[] = [];
    walk(source, (node) => {
      if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) return;
      const lines = linesOf(source, node) - linesOfTests(source, node);
      if (lines >= FUNCTION_LINES_MAX) {
        long.push(`${place(source, node)}: a function of ${lines} lines`);
      }
    });
    return long;
  });
}

function linesOf(source: ts.SourceFile, node: ts.Node): number {
  return lineAt(source, node.getEnd()) - lineAt(source, node.getStart(source)) + 1;
}

function linesOfTests(source: ts.SourceFile, node: ts.Node): number {
  if (!isTest({ path: source.fileName })) return 0;
  let lines = 0;
  ts.forEachChild(node, function add(child): void {
    if (registersTest(child)) lines += linesOf(source, child);
    else ts.forEachChild(child, add);
  });
  return lines;
}

/** `test("a sentence", …, () => …)`, whatever a suite calls it. */
function registersTest(node: ts.Node): boolean {
  if (!ts.isCallExpression(node)) return false;
  const [sentence, ...rest] = node.arguments;
  const body = rest.at(-1);
  if (sentence === undefined || body === undefined) return false;
  return (
    (ts.isStringLiteralLike(sentence) || ts.isTemplateExpression(sentence)) &&
    ts.isFunctionLike(body)
  );
}

function lineAt(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line;
}

/** Lines of code, comments and texts over the limit; an address cannot be broken. */
export function longLines(files: readonly SourceFile[]): string[] {
  return files.filter(isCode).flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => {
      const columns = [...line].length;
      if (columns <= LINE_COLUMNS_MAX || /https?:\/\//.test(line)) return [];
      return [`${path}:${index + 1}: ${columns} columns`];
    }),
  );
}
