import type { TrackIndex } from "../../core/domain/ids.ts";
import type { CatalogueColumns } from "../catalogue/columns.ts";
import type { ListRule } from "./pool.ts";

/** What a list as a whole must keep to; `ListRules` of the wire says what each means. */
export interface ListRules {
  readonly perArtist?: SpreadLimit | undefined;
  readonly perAlbum?: SpreadLimit | undefined;
  readonly noNearDuplicates?: boolean;
  /** 0 to 1. */
  readonly unheardShareMin?: number;
  readonly longTailShareMin?: number;
}

/** Of any `window` tracks in a row at most `tracksMax` may be of one artist or album. */
export interface SpreadLimit {
  readonly tracksMax: number;
  readonly window: number;
}

/** What the rules ask of a track. */
export interface TrackFacts {
  readonly columns: Pick<CatalogueColumns, "artists" | "albums" | "recording">;
  readonly wasHeard: (track: TrackIndex) => boolean;
  readonly isLongTail: (track: TrackIndex) => boolean;
  /** Recordings of the tracks that were heard. */
  readonly heardRecordings: Iterable<number>;
}

/** A list that grows track by track, and says which track may come next. */
export interface GrowingList {
  /** The first rule that keeps the track from the next place; undefined where none does. */
  objection(track: TrackIndex): ListRule | undefined;
  add(track: TrackIndex): void;
  /** What the shares ask of every place that is left; undefined while one may be for any track.
   *  Once it asks something it asks that to the end. */
  due(): DueShares | undefined;
}

export interface DueShares {
  readonly name: string;
  /** Whether a track is of the kinds that are due. */
  readonly counts: (track: TrackIndex) => boolean;
}

/** A list of `k` tracks under `rules`. Its shares are kept by leaving room: once the places that
 *  are left are all needed for unheard tracks, no other may come. */
export function growList(rules: ListRules, facts: TrackFacts, k: number): GrowingList {
  const { artists, albums, recording } = facts.columns;
  const byArtist = rules.perArtist && spread(rules.perArtist, artists);
  const byAlbum = rules.perAlbum && spread(rules.perAlbum, oneEach(albums));
  const recordings = new Set<number>(rules.noNearDuplicates ? facts.heardRecordings : []);
  recordings.delete(Number.NaN);
  const unheard = floorOf(rules.unheardShareMin, k, (track) => !facts.wasHeard(track));
  const longTail = floorOf(rules.longTailShareMin, k, facts.isLongTail);

  return {
    objection(track) {
      if (rules.noNearDuplicates && recordings.has(recording[track]!)) return "near_duplicate";
      if (byArtist?.isFull(track)) return "per_artist";
      if (byAlbum?.isFull(track)) return "per_album";
      if (unheard.isDue() && !unheard.counts(track)) return "unheard_share";
      if (longTail.isDue() && !longTail.counts(track)) return "long_tail_share";
      return undefined;
    },
    add(track) {
      const own = recording[track]!;
      if (rules.noNearDuplicates && !Number.isNaN(own)) recordings.add(own);
      byArtist?.add(track);
      byAlbum?.add(track);
      unheard.add(track);
      longTail.add(track);
    },
    due() {
      const due = [unheard, longTail].filter(({ isDue }) => isDue());
      if (due.length === 0) return undefined;
      const name = due.length === 2 ? "both" : due[0] === unheard ? "unheard" : "long tail";
      return { name, counts: (track) => due.every(({ counts }) => counts(track)) };
    },
  };
}

type Codes = Pick<CatalogueColumns["artists"], "start" | "length" | "codes">;

/** A column that has one code for a track, or 0 for none, as lists of codes. */
function oneEach(column: Uint32Array): Codes {
  return {
    start: (row) => row,
    length: (row) => (column[row] === 0 ? 0 : 1),
    codes: () => column,
  };
}

/** Counts codes over the last `window` − 1 tracks. */
function spread({ tracksMax, window }: SpreadLimit, column: Codes) {
  const counts = new Map<number, number>();
  const last: ReadonlySet<number>[] = [];
  const change = (codes: Iterable<number>, by: number) => {
    for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + by);
  };
  return {
    isFull(track: TrackIndex): boolean {
      const codes = column.codes();
      const start = column.start(track);
      const end = start + column.length(track);
      for (let at = start; at < end; at++) {
        if ((counts.get(codes[at]!) ?? 0) >= tracksMax) return true;
      }
      return false;
    },
    add(track: TrackIndex): void {
      const start = column.start(track);
      // A track that names an artist twice is still one track.
      const own = new Set(column.codes().subarray(start, start + column.length(track)));
      last.push(own);
      change(own, 1);
      if (last.length >= window) change(last.shift()!, -1);
    },
  };
}

/** How many tracks of a kind a list of `k` must have. */
export function floorCount(shareMin: number, k: number): number {
  // A share such as 0.1 · 30 must not come to 3.0000000000000004.
  return Math.ceil(shareMin * k - 1e-6);
}

function floorOf(shareMin = 0, k: number, counts: (track: TrackIndex) => boolean) {
  let missing = floorCount(shareMin, k);
  let places = k;
  return {
    counts,
    isDue: () => missing > 0 && missing >= places,
    add(track: TrackIndex): void {
      places -= 1;
      if (counts(track)) missing -= 1;
    },
  };
}
