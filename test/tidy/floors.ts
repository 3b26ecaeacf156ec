import { posix } from "node:path";
import { type Import, importsOf } from "./imports.ts";
import { isCode, isTest, type SourceFile } from "./source-file.ts";

/** Imports only go down. `ingest` and `scorer` share a floor and never import each other, nor do
 *  `trainer` and `console`; clients stand on the contracts alone, as core does. */
const FLOORS: Readonly<Record<string, number>> = {
  proto: 0,
  core: 1,
  clients: 1,
  opensubsonic: 2,
  ingest: 2,
  scorer: 2,
  trainer: 3,
  console: 3,
  cli: 4,
  deploy: 5,
  bench: 6,
};

/** Imports that go up, or sideways between two folders of one floor. */
export function climbingImports(files: readonly SourceFile[]): string[] {
  const product = files.filter((file) => isCode(file) && !isTest(file));
  return product.flatMap(importsOf).flatMap((one) => {
    if (!one.ours) return [];
    const from = topFolder(one.from);
    const to = topFolder(one.to);
    if (from === to) return [];
    const [above, below] = [FLOORS[from], FLOORS[to]];
    if (above === undefined) return [`${one.from}: ${from}/ has no floor in test/tidy/floors.ts`];
    if (below !== undefined && below < above) return [];
    return [`${one.from} imports ${one.to}, which is not on a floor below`];
  });
}

function topFolder(path: string): string {
  return path.split("/")[0]!;
}

/** Files that import each other in a circle, and folders that do. */
export function circles(files: readonly SourceFile[]): string[] {
  const product = files.filter((file) => isCode(file) && !isTest(file));
  const imports = product.flatMap(importsOf).filter(({ ours }) => ours);
  return [
    ...circlesOf(imports).map((circle) => `files in a circle: ${circle}`),
    ...circlesOf(imports.map(folders).filter(leavesItsFolder)).map(
      (circle) => `folders in a circle: ${circle}`,
    ),
  ];
}

function folders({ from, to, ours }: Import): Import {
  return { from: posix.dirname(from), to: posix.dirname(to), ours };
}

/** A folder inside another is a part of it and may use its words. */
function leavesItsFolder({ from, to }: Import): boolean {
  return !from.startsWith(`${to}/`);
}

/** One line for each circle that a search in depth meets. */
function circlesOf(imports: readonly Import[]): string[] {
  const targets = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    if (from === to) continue;
    targets.set(from, (targets.get(from) ?? new Set()).add(to));
  }
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): void => {
    const start = path.indexOf(node);
    if (start !== -1) found.push([...path.slice(start), node].join(" → "));
    if (start !== -1 || done.has(node)) return;
    for (const next of targets.get(node) ?? []) visit(next, [...path, node]);
    done.add(node);
  };
  for (const node of targets.keys()) visit(node, []);
  return found;
}
