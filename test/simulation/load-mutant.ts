import { registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Failure } from "../../core/domain/failure.ts";
import type { Mutant } from "./mutants.ts";

const ROOT = pathToFileURL(join(import.meta.dirname, "../..")).href;
const ORACLE = new URL("oracle.ts", import.meta.url).href;
const QUERY = "?mutant=";
const loaded: Mutant[] = [];

/** Loads the simulation over a copy of the product that has the mutant's bugs. The oracle, and all
 *  that it imports, stays the product's own. */
export async function loadMutant(mutant: Mutant): Promise<typeof import("./simulate.ts")> {
  if (loaded.length === 0) registerHooks({ resolve, load });
  loaded.push(mutant);
  return import(`./simulate.ts${QUERY}${loaded.length - 1}`);
}

/** Whatever a mutant's module imports of ours belongs to the mutant, too. */
const resolve: Resolve = (specifier, context, next) => {
  const resolved = next(specifier, context);
  const query = queryOf(context.parentURL ?? "");
  const isOurs = resolved.url.startsWith(ROOT) && !resolved.url.includes("/node_modules/");
  const isMutated = query !== "" && isOurs && resolved.url !== ORACLE;
  return isMutated && queryOf(resolved.url) === ""
    ? { ...resolved, url: resolved.url + query }
    : resolved;
};

const load: Load = (url, context, next) => {
  const module = next(url, context);
  const query = queryOf(url);
  if (query === "") return module;
  const { edits } = loaded[Number(query.slice(QUERY.length))]!;
  const path = fileURLToPath(url);
  const own = edits.filter(({ file }) => path === join(fileURLToPath(ROOT), file));
  let source = String(module.source);
  for (const { file, find, replace } of own) {
    if (source.split(find).length !== 2) {
      throw new Failure("bug", `${file} does not hold once what a mutant replaces: ${find}`);
    }
    source = source.replace(find, () => replace);
  }
  return { ...module, source };
};

type Hooks = NonNullable<Parameters<typeof registerHooks>[0]>;
type Resolve = NonNullable<Hooks["resolve"]>;
type Load = NonNullable<Hooks["load"]>;

function queryOf(url: string): string {
  const at = url.indexOf(QUERY);
  return at === -1 ? "" : url.slice(at);
}
