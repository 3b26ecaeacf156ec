import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PAGE_FOLDER } from "./page-files.ts";

const SOURCES = join(import.meta.dirname, "page");

/** Builds the page from `console/page` into the folder that it is served from. */
export async function buildPage(): Promise<void> {
  // Loaded only here: a page that is up to date needs no builder.
  const { build } = await import("vite");
  await build({
    configFile: false,
    root: SOURCES,
    logLevel: "warn",
    build: { outDir: PAGE_FOLDER, emptyOutDir: true, assetsInlineLimit: 0, target: "es2022" },
  });
}

/** Whether a source is newer than what was built. An installation without sources serves what was
 *  built when it was made. */
function isStale(): boolean {
  if (!existsSync(SOURCES)) return false;
  const built = statSync(join(PAGE_FOLDER, "index.html"), { throwIfNoEntry: false });
  if (built === undefined) return true;
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" });
  const sources = [...files.map((name) => join(SOURCES, name)), import.meta.filename];
  return sources.some((path) => statSync(path).mtimeMs > built.mtimeMs);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { "if-stale": { type: "boolean", default: false } } });
  if (!values["if-stale"] || isStale()) {
    process.stderr.write("building the page\n");
    await buildPage();
  }
}
