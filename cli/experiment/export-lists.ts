import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { loggedListToJson } from "../../scorer/experiments/logged-list-wire.ts";
import { type CommandInput, UsageError } from "../command.ts";
import { progressBar } from "../progress-bar.ts";
import { listSource } from "./log-sources.ts";

/** Writes all logged lists to `--out` as JSON lines, gzip where the name ends in .gz. The file has
 *  its name when it is whole. */
export async function exportLists({ options, signal }: CommandInput): Promise<void> {
  const out = options.textIfGiven("out");
  if (out === undefined) throw new UsageError("experiment export needs --out FILE");
  const bar = progressBar(process.stderr, () => performance.now());
  let lists = 0;
  async function* lines() {
    for await (const list of listSource(options)) {
      yield `${loggedListToJson(list)}\n`;
      bar.show({ label: "experiment export", done: ++lists, total: undefined });
    }
  }
  await mkdir(dirname(out), { recursive: true });
  const partial = `${out}.partial`;
  try {
    const file = createWriteStream(partial);
    if (out.endsWith(".gz")) await pipeline(lines, createGzip(), file, { signal });
    else await pipeline(lines, file, { signal });
    await rename(partial, out);
  } finally {
    bar.end();
    await rm(partial, { force: true });
  }
  process.stdout.write(`${JSON.stringify({ lists, out })}\n`);
}
