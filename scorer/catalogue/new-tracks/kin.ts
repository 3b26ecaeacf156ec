import { setImmediate as nextTurn } from "node:timers/promises";
import type { TrackIndex } from "../../../core/domain/ids.ts";
import { hasTrack } from "../../retrieval/track-bits.ts";
import type { CatalogueColumns } from "../columns.ts";
import type { ListColumn } from "../list-column.ts";
import { type EvenSample, newEvenSample } from "./even-sample.ts";
import type { KinKind } from "./kin-kind.ts";

/** What a track has of each kind, by code; of recordings, by hash. */
export type KinCodes = Readonly<Record<KinKind, readonly number[]>>;

/** The bundle's tracks by what they have, of the codes that were asked for. */
export type Kin = Readonly<Record<KinKind, ReadonlyMap<number, EvenSample>>>;

/** The columns that make tracks kin. */
export type KinColumns = Pick<
  CatalogueColumns,
  "known" | "artists" | "albums" | "genres" | "recording"
>;

export function kinCodes(columns: KinColumns, row: TrackIndex): KinCodes {
  const album = columns.albums[row]!;
  const recording = columns.recording[row]!;
  return {
    genres: codesOf(columns.genres, row),
    album: album === 0 ? [] : [album],
    artist: codesOf(columns.artists, row),
    recording: Number.isNaN(recording) ? [] : [recording],
  };
}

function codesOf(column: ListColumn, row: TrackIndex): readonly number[] {
  const start = column.start(row);
  return Array.from(column.codes().subarray(start, start + column.length(row)));
}

/** After so many rows, 1 to 2 ms of them, others have their turn. */
const ROWS_AT_ONCE = 100_000;

/** Looks once at each of the first `count` rows, those of a bundle's tracks. */
export async function findKin(
  columns: KinColumns,
  count: number,
  wanted: Readonly<Record<KinKind, ReadonlySet<number>>>,
): Promise<Kin> {
  const { genres, album, artist, recording } = {
    genres: collector(wanted.genres),
    album: collector(wanted.album),
    artist: collector(wanted.artist),
    recording: collector(wanted.recording),
  };
  for (let row = 0 as TrackIndex; row < count; row++) {
    if (row % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await nextTurn();
    if (!hasTrack(columns.known, row)) continue;
    offerAll(columns.genres, row, genres.offer);
    offerAll(columns.artists, row, artist.offer);
    album.offer(columns.albums[row]!, row);
    recording.offer(columns.recording[row]!, row);
  }
  return {
    genres: genres.samples,
    album: album.samples,
    artist: artist.samples,
    recording: recording.samples,
  };
}

function offerAll(
  column: ListColumn,
  row: TrackIndex,
  offer: (code: number, row: TrackIndex) => void,
): void {
  const codes = column.codes();
  const end = column.start(row) + column.length(row);
  for (let at = column.start(row); at < end; at++) offer(codes[at]!, row);
}

const FLAGS = 65_536;

/** A flag tells of most codes that nobody asked for them, many times as fast as a map does. */
function collector(wanted: ReadonlySet<number>) {
  const samples = new Map<number, EvenSample>();
  const flags = new Uint8Array(FLAGS);
  for (const code of wanted) flags[code % FLAGS] = 1;
  return {
    samples,
    offer(code: number, row: TrackIndex): void {
      if (flags[code % FLAGS] !== 1 || !wanted.has(code)) return;
      let sample = samples.get(code);
      if (sample === undefined) {
        sample = newEvenSample();
        samples.set(code, sample);
      }
      sample.offer(row);
    },
  };
}
