import { readdir, readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { isAbsent } from "../core/domain/is-absent.ts";

/** Where `npm run build:console` puts the page. */
export const PAGE_FOLDER = join(import.meta.dirname, "page-built");

/** Answers with the file of the built page that `path` names. Paths without a file of their own
 *  are the page's own places, such as "/ingest". */
export async function servePageFile(
  folder: string,
  path: string,
  response: ServerResponse,
): Promise<void> {
  const names = await fileNames(folder);
  if (!names.includes("index.html")) return answer(response, 503, NOT_BUILT);
  const wanted = path.slice(1);
  const name = names.includes(wanted) ? wanted : "index.html";
  if (name === "index.html" && extname(wanted) !== "" && wanted !== name) {
    return answer(response, 404, `there is no ${path}\n`);
  }
  response.writeHead(200, {
    "content-type": CONTENT_TYPES[extname(name)] ?? "application/octet-stream",
    // The build puts a hash of its content into the name of every file but the page itself.
    "cache-control": name === "index.html" ? "no-cache" : "public, max-age=31536000, immutable",
  });
  response.end(await readFile(join(folder, name)));
}

const NOT_BUILT = "The page is not built. Run: npm run build:console\n";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** With slashes, from `folder` on; none where the folder does not exist. */
async function fileNames(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true });
    return entries.map((name) => name.replaceAll("\\", "/"));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(text);
}
