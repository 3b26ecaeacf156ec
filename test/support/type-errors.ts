import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";

const MODULES = join(import.meta.dirname, "../../node_modules");

/** A value that must have a type of a package, down to names that the type does not know. */
export interface TypedValue {
  readonly value: unknown;
  /** As `import type { TYPE } from "MODULE"` names it. */
  readonly type: string;
  readonly module: string;
}

/** What the compiler says of each value. All are compiled at once, since that takes the time. */
export function typeErrors(values: readonly TypedValue[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), "segue-types-"));
  try {
    symlinkSync(MODULES, join(folder, "node_modules"));
    const file = join(folder, "values.ts");
    writeFileSync(file, values.map(sourceOf).join("\n"));
    const program = ts.createProgram([file], {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      types: [],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    });
    const errors = values.map((): string[] => []);
    for (const { file: source, start = 0, messageText } of ts.getPreEmitDiagnostics(program)) {
      const line = source?.getLineAndCharacterOfPosition(start).line ?? 0;
      errors[Math.floor(line / LINES_EACH)]!.push(
        ts.flattenDiagnosticMessageText(messageText, "\n"),
      );
    }
    return errors;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const LINES_EACH = 2;

function sourceOf({ value, type, module }: TypedValue, index: number): string {
  const name = `Type${index}`;
  const head = `import type { ${type} as ${name} } from ${JSON.stringify(module)};`;
  return `${head}\nexport const value${index}: ${name} = ${JSON.stringify(value)};`;
}
