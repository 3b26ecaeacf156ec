import { importsOf } from "./imports.ts";
import { isCode, isTest, type SourceFile } from "./source-file.ts";

/** Which files may import a package; a name that ends in a star stands for all that begin so. */
export type DependencyList = Readonly<Record<string, readonly string[]>>;

/** Imports of packages by files that are not on the package's list, and lists of packages or files
 *  that nothing needs any more. */
export function strayDependencies(files: readonly SourceFile[], allowed: DependencyList): string[] {
  const product = files.filter((file) => isCode(file) && !isTest(file));
  const used = product
    .flatMap(importsOf)
    .filter(({ ours, to }) => !ours && !to.startsWith("node:"));
  const stray = used
    .filter(({ from, to }) => !allowed[to]?.some((entry) => covers(entry, from)))
    .map(({ from, to }) => `${from} imports ${to} and is not on its list`);
  const needless = Object.entries(allowed).flatMap(([name, entries]) =>
    entries
      .filter((entry) => !used.some(({ from, to }) => to === name && covers(entry, from)))
      .map((entry) => `${entry} is on the list of ${name} and does not import it`),
  );
  return [...stray, ...needless];
}

function covers(entry: string, path: string): boolean {
  return entry.endsWith("*") ? path.startsWith(entry.slice(0, -1)) : path === entry;
}
