import { posix } from "node:path";
import ts from "typescript";
import { parse, type SourceFile, walk } from "./source-file.ts";

export interface Import {
  readonly from: string;
  /** A path from the root for a file of ours, else the package's or builtin's name. */
  readonly to: string;
  readonly ours: boolean;
}

/** What a file imports, re-exports or loads by `import()`; types count, since they couple files
 *  too. */
export function importsOf(file: SourceFile): Import[] {
  const imports: Import[] = [];
  walk(parse(file), (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    const ours = specifier.startsWith(".");
    const to = ours ? posix.join(posix.dirname(file.path), specifier) : packageName(specifier);
    imports.push({ from: file.path, to, ours });
  });
  return imports;
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const { moduleSpecifier } = node;
    return moduleSpecifier && ts.isStringLiteral(moduleSpecifier)
      ? moduleSpecifier.text
      : undefined;
  }
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword)
    return undefined;
  const [argument] = node.arguments;
  return argument && ts.isStringLiteral(argument) ? argument.text : undefined;
}

/** `@grpc/grpc-js/build/x` belongs to `@grpc/grpc-js`; a builtin keeps its `node:`. */
function packageName(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
