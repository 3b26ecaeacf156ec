import { existsSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../core/domain/failure.ts";
import type { EventId, TrackId } from "../../core/domain/ids.ts";
import { readLineBlocks } from "../../core/log-folder/line-file.ts";

const TRACKS_FILE = "truth-tracks.jsonl.gz";
const EVENTS_FILE = "truth-events.tsv.gz";

/** Each track's direction in the latent space of a simulated world, a unit vector. Undefined where
 *  the log folder holds no truth. */
export async function readTrueDirections(
  folder: string,
): Promise<ReadonlyMap<TrackId, readonly number[]> | undefined> {
  const path = join(folder, TRACKS_FILE);
  if (!existsSync(path)) return undefined;
  const directions = new Map<TrackId, readonly number[]>();
  for await (const { lines } of readLineBlocks(path)) {
    for (const line of lines) {
      const { track, direction } = JSON.parse(line);
      directions.set(track, direction);
    }
  }
  return directions;
}

/** The chance with which each event of a simulated world was to be a skip. Undefined where the log
 *  folder holds no truth. */
export async function readTrueSkips(
  folder: string,
): Promise<ReadonlyMap<EventId, number> | undefined> {
  const path = join(folder, EVENTS_FILE);
  if (!existsSync(path)) return undefined;
  const chances = new Map<EventId, number>();
  let line = 0;
  for await (const { lines } of readLineBlocks(path)) {
    for (const row of lines) {
      if (++line === 1) continue;
      const [event, chance] = row.split("\t");
      if (!(Number(chance) >= 0)) {
        throw new Failure("bad_log_folder", `${path}, line ${line}: no chance`, { field: path });
      }
      chances.set(event as EventId, Number(chance));
    }
  }
  return chances;
}
