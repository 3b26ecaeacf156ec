import { setImmediate as othersRun } from "node:timers/promises";
import { trackHash } from "../domain/hash.ts";
import type { TrackHash, TrackId } from "../domain/ids.ts";
import type { Bundle, BundleData } from "./bundle.ts";
import { readBundle } from "./read-bundle.ts";
import type { ManifestName } from "./read-files.ts";
import { findInTable } from "./track-table.ts";

/** Opens the bundle of a folder, or the one published before it, as `readBundle` reads it. It
 *  blocks this thread for some tenths of a second for each 100 MB. */
export async function openBundle(folder: string, manifestName?: ManifestName): Promise<Bundle> {
  return bundleOf(await readBundle({ folder, ...(manifestName && { manifestName }) }));
}

/** The bundle of what was read, here or in another thread. Never blocks this one for long. */
export async function bundleOf({ ids, table, ...parts }: BundleData): Promise<Bundle> {
  const trackIds = (await linesInTurns(ids)) as TrackId[];
  return Object.freeze({
    ...parts,
    trackIds,
    indexOf: (track: TrackId) => {
      const index = findInTable(table, trackHash(track));
      return index !== undefined && trackIds[index] === track ? index : undefined;
    },
    indexOfHash: (hash: TrackHash) => findInTable(table, hash),
  });
}

/** So much text is cut into lines in one turn of the event loop: well under a millisecond. */
const TURN_BYTES = 32_768;

/** The lines of a text, each of which ends with a line feed and is shorter than a turn. */
async function linesInTurns(text: Uint8Array): Promise<string[]> {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const lines: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.lastIndexOf("\n", from + TURN_BYTES) + 1;
    for (const line of bytes.toString("utf8", from, end - 1).split("\n")) lines.push(line);
    from = end;
    await othersRun();
  }
  return lines;
}
