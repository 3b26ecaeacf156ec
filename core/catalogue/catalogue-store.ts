import { Failure } from "../domain/failure.ts";
import type { Offset, Partition, TrackId } from "../domain/ids.ts";
import {
  closeEnvironment,
  type Environment,
  openEnvironment,
  openEnvironmentReader,
  transactDurably,
} from "../lmdb/environment.ts";
import type { CatalogueTrack } from "./catalogue-track.ts";

/** The catalogue as an LMDB environment of its own, which ingest writes and everybody reads:
 *
 *  | key | value |
 *  |---|---|
 *  | `T` and the track's id in UTF-8 | its `CatalogueTrack` as JSON |
 *  | `P` and the partition in decimal digits | the offset to read next, in decimal digits |
 */
export interface CatalogueStore extends CatalogueReader {
  /** The offset to read next, 0 at first. */
  position(partition: Partition): Offset;
  /** Writes all changes and the position at once, durably; null removes a track. */
  commit(commit: CatalogueCommit): Promise<void>;
}

export interface CatalogueCommit {
  readonly partition: Partition;
  readonly next: Offset;
  readonly tracks: ReadonlyMap<TrackId, CatalogueTrack | null>;
}

export interface CatalogueReader {
  /** Undefined for a track that the catalogue does not hold. Throws `bad_record`. */
  get(track: TrackId): CatalogueTrack | undefined;
  close(): Promise<void>;
}

/** Opens the catalogue in `folder` for its one writer, and makes it where there is none. */
export function openCatalogueStore(folder: string): CatalogueStore {
  const environment = openEnvironment(folder);
  return {
    get: (track) => readTrack(environment, track),
    position(partition) {
      const bytes = environment.getBinary(positionKey(partition));
      return Number(bytes?.toString("utf8") ?? 0) as Offset;
    },
    async commit({ partition, next, tracks }) {
      await transactDurably(environment, () => {
        for (const [track, content] of tracks) {
          if (content === null) environment.removeSync(trackKey(track));
          else environment.putSync(trackKey(track), Buffer.from(JSON.stringify(content)));
        }
        environment.putSync(positionKey(partition), Buffer.from(String(next)));
      });
      environment.resetReadTxn();
    },
    close: () => closeEnvironment(environment),
  };
}

/** Reads the catalogue that another process writes. One that does not exist yet reads as empty and
 *  appears once it is made. */
export function openCatalogueReader(folder: string): CatalogueReader {
  const reader = openEnvironmentReader(folder);
  return {
    get(track) {
      const environment = reader.current();
      return environment && readTrack(environment, track);
    },
    close: reader.close,
  };
}

function readTrack(environment: Environment, track: TrackId): CatalogueTrack | undefined {
  const bytes = environment.getBinary(trackKey(track));
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(bytes.toString("utf8")) as CatalogueTrack;
  } catch (cause) {
    throw new Failure("bad_record", "a catalogue entry is damaged", { field: "track", cause });
  }
}

function trackKey(track: TrackId): Buffer {
  return Buffer.from(`T${track}`, "utf8");
}

function positionKey(partition: Partition): Buffer {
  return Buffer.from(`P${partition}`, "utf8");
}
