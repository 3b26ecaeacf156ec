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
 *  | `W` and a track's id in UTF-8 | nothing: the track is withdrawn |
 *  | `P` and the partition in decimal digits | the offset to read next, in decimal digits |
 *  | `V` | how many changes were written in all, in decimal digits |
 *  | `C` and a change's number mod 65,536, in decimal digits | the id of the track that changed |
 */
export interface CatalogueStore extends CatalogueReader {
  /** The offset to read next, 0 at first. */
  position(partition: Partition): Offset;
  /** Writes all changes and the position at once, durably. */
  commit(commit: CatalogueCommit): Promise<void>;
}

export interface CatalogueCommit {
  readonly partition: Partition;
  readonly next: Offset;
  /** Null forgets all that is known of a track, its withdrawal too. */
  readonly tracks: ReadonlyMap<TrackId, CatalogueTrack | typeof WITHDRAWN | null>;
}

/** What is said of a track that is gone and must not be recommended. */
export const WITHDRAWN = "withdrawn";

export interface CatalogueReader {
  /** Undefined for a track that the catalogue does not hold. Throws `bad_record`. */
  get(track: TrackId): CatalogueTrack | undefined;
  /** A withdrawn track is one that the catalogue does not hold. */
  isWithdrawn(track: TrackId): boolean;
  withdrawn(): Iterable<TrackId>;
  /** How many changes were written in all: pass it to `changedSince` later. */
  version(): number;
  /** The tracks that were changed after the first `version` changes, newest last; undefined where
   *  that is too long ago to be known. */
  changedSince(version: number): readonly TrackId[] | undefined;
  /** The next tracks of the catalogue after `after`, in order of their ids' bytes, at most
   *  `limit`. Throws `bad_record`. */
  page(after: TrackId | undefined, limit: number): readonly CatalogueTrack[];
  close(): Promise<void>;
}

/** So many changes are remembered; who is further behind reads the whole catalogue again. */
export const CHANGES_MAX = 65_536;

/** Opens the catalogue in `folder` for its one writer, and makes it where there is none. */
export function openCatalogueStore(folder: string): CatalogueStore {
  const environment = openEnvironment(folder);
  return {
    ...readingOf(() => environment),
    position(partition) {
      const bytes = environment.getBinary(positionKey(partition));
      return Number(bytes?.toString("utf8") ?? 0) as Offset;
    },
    async commit({ partition, next, tracks }) {
      await transactDurably(environment, () => {
        let version = versionOf(environment);
        for (const [track, content] of tracks) {
          writeTrack(environment, track, content);
          environment.putSync(changeKey(version), Buffer.from(track, "utf8"));
          version += 1;
        }
        environment.putSync(VERSION_KEY, Buffer.from(String(version)));
        environment.putSync(positionKey(partition), Buffer.from(String(next)));
      });
      environment.resetReadTxn();
    },
    close: () => closeEnvironment(environment),
  };
}

function writeTrack(
  environment: Environment,
  track: TrackId,
  content: CatalogueTrack | typeof WITHDRAWN | null,
): void {
  const isHeld = content !== null && content !== WITHDRAWN;
  if (isHeld) environment.putSync(trackKey(track), Buffer.from(JSON.stringify(content)));
  else environment.removeSync(trackKey(track));
  if (content === WITHDRAWN) environment.putSync(withdrawnKey(track), Buffer.alloc(0));
  else environment.removeSync(withdrawnKey(track));
}

/** Reads the catalogue that another process writes. One that does not exist yet reads as empty and
 *  appears once it is made. */
export function openCatalogueReader(folder: string): CatalogueReader {
  const reader = openEnvironmentReader(folder);
  return { ...readingOf(reader.current), close: reader.close };
}

function readingOf(current: () => Environment | undefined): Omit<CatalogueReader, "close"> {
  /** Sees the newest commit, and the same one until the end of the event loop's turn. */
  const newest = (): Environment | undefined => {
    const environment = current();
    environment?.resetReadTxn();
    return environment;
  };
  return {
    get(track) {
      const environment = current();
      return environment && readTrack(environment, track);
    },
    isWithdrawn: (track) => current()?.getBinary(withdrawnKey(track)) !== undefined,
    withdrawn() {
      const range = newest()?.getKeys({
        start: withdrawnKey("" as TrackId),
        end: Buffer.from("X"),
      });
      return range === undefined ? [] : range.map((key) => key.toString("utf8", 1) as TrackId);
    },
    version() {
      const environment = newest();
      return environment === undefined ? 0 : versionOf(environment);
    },
    changedSince(version) {
      const environment = newest();
      const now = environment === undefined ? 0 : versionOf(environment);
      if (version > now || now - version > CHANGES_MAX) return undefined;
      return Array.from({ length: now - version }, (_, at) => {
        return environment!.getBinary(changeKey(version + at))!.toString("utf8") as TrackId;
      });
    },
    page(after, limit) {
      const start = after === undefined ? trackKey("" as TrackId) : keyAfter(trackKey(after));
      const range = newest()?.getRange({ start, end: Buffer.from("U"), limit });
      return range === undefined ? [] : Array.from(range, ({ value }) => parseTrack(value));
    },
  };
}

function readTrack(environment: Environment, track: TrackId): CatalogueTrack | undefined {
  const bytes = environment.getBinary(trackKey(track));
  return bytes && parseTrack(bytes);
}

function parseTrack(bytes: Buffer): CatalogueTrack {
  try {
    return JSON.parse(bytes.toString("utf8")) as CatalogueTrack;
  } catch (cause) {
    throw new Failure("bad_record", "a catalogue entry is damaged", { field: "track", cause });
  }
}

function trackKey(track: TrackId): Buffer {
  return Buffer.from(`T${track}`, "utf8");
}

function withdrawnKey(track: TrackId): Buffer {
  return Buffer.from(`W${track}`, "utf8");
}

/** The first key that comes after `key`. */
function keyAfter(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.of(0)]);
}

const VERSION_KEY = Buffer.from("V");

function versionOf(environment: Environment): number {
  return Number(environment.getBinary(VERSION_KEY)?.toString("utf8") ?? 0);
}

function changeKey(change: number): Buffer {
  return Buffer.from(`C${change % CHANGES_MAX}`, "utf8");
}

function positionKey(partition: Partition): Buffer {
  return Buffer.from(`P${partition}`, "utf8");
}
