import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { readCatalogue, readLogFolder } from "../../core/log-folder/read-log-folder.ts";
import { type ImportOptions, importLog } from "./import-log.ts";

/** Writes files into a folder of their own, which goes with the test. */
export async function sources(t: TestContext, texts: Readonly<Record<string, string | Buffer>>) {
  const folder = await mkdtemp(join(tmpdir(), "segue-import-"));
  t.after(() => rm(folder, { recursive: true }));
  const files = Object.keys(texts).map((name) => join(folder, name));
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text);
  return { folder, out: join(folder, "log"), files };
}

/** Imports files with these texts, and reads back what was written. */
export async function imported(
  t: TestContext,
  texts: Readonly<Record<string, string | Buffer>>,
  options: Omit<ImportOptions, "files" | "out">,
) {
  const { folder, out, files } = await sources(t, texts);
  const trackFiles = options.trackFiles?.map((name) => join(folder, name)) ?? [];
  const logs = files.filter((file) => !trackFiles.includes(file));
  const header = await importLog({ ...options, trackFiles, files: logs, out });
  const events = await everything(readLogFolder(out));
  const catalogue = await everything(readCatalogue(out));
  return { header, events, catalogue, folder };
}

export async function everything<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}
