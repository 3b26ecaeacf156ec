import ts from "typescript";
import { isCode, parse, place, type SourceFile, walk } from "./source-file.ts";

export function defaultExports(files: readonly SourceFile[]): string[] {
  return statementsWhere(files, "a default export", (statement) => {
    if (ts.isExportAssignment(statement)) return true;
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ?? false;
  });
}

/** What a published package offers, in one place. */
const PACKAGE_DOORS = new Set(["clients/typescript/src/index.ts"]);

/** `export … from`: a name has one home, and readers go there. Only who installs a package has no
 *  other place to look. */
export function reExports(files: readonly SourceFile[]): string[] {
  return statementsWhere(
    files.filter(({ path }) => !PACKAGE_DOORS.has(path)),
    "exports another file's names",
    (statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined,
  );
}

function statementsWhere(
  files: readonly SourceFile[],
  fault: string,
  isFault: (statement: ts.Statement) => boolean,
): string[] {
  return files.filter(isCode).flatMap((file) => {
    const source = parse(file);
    return source.statements.filter(isFault).map((one) => `${place(source, one)}: ${fault}`);
  });
}

/** Folders and files named after nothing that a listener or a model knows. */
export function emptyNames(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) =>
      path.split(/[/.]/).some((part) => /^(utils?|common|helpers?|misc)$/.test(part)),
    )
    .map(({ path }) => `${path}: a name that says nothing`);
}

export function emptyCatches(files: readonly SourceFile[]): string[] {
  return nodesWhere(
    files,
    "an empty catch",
    (node) => ts.isCatchClause(node) && node.block.statements.length === 0,
  );
}

/** Tests that are switched off, alone or empty. */
export function idleTests(files: readonly SourceFile[]): string[] {
  const tests = files.filter(({ path }) => path.endsWith(".test.ts"));
  return nodesWhere(tests, "a test that tests nothing", (node) => {
    if (!ts.isCallExpression(node)) return false;
    const called = node.expression.getText();
    if (/^(test|it|suite|describe)\.(skip|only|todo)$/.test(called)) return true;
    if (!/^(test|it)$/.test(called)) return false;
    const body = node.arguments.at(-1);
    if (body === undefined || !ts.isFunctionLike(body) || !("body" in body)) return false;
    return ts.isBlock(body.body!) && body.body.statements.length === 0;
  });
}

function nodesWhere(
  files: readonly SourceFile[],
  fault: string,
  isFault: (node: ts.Node) => boolean,
): string[] {
  return files.filter(isCode).flatMap((file) => {
    const source = parse(file);
    const found: string[] = [];
    walk(source, (node) => {
      if (isFault(node)) found.push(`${place(source, node)}: ${fault}`);
    });
    return found;
  });
}
