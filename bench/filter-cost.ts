import { trackHash } from "../core/domain/hash.ts";
import type { TrackHash, TrackId, TrackIndex } from "../core/domain/ids.ts";
import { followNewTracks } from "../scorer/catalogue/new-tracks/follow-new-tracks.ts";
import {
  type CataloguedBundle,
  servedTracks,
} from "../scorer/catalogue/new-tracks/served-tracks.ts";
import { openStandingSets } from "../scorer/catalogue/standing-sets.ts";
import { openPool } from "../scorer/rules/pool.ts";
import { requireThat } from "./did-not-happen.ts";
import { percentile } from "./measure.ts";

/** Milliseconds from the request to the set of tracks that may be in its list. */
export interface FilterFigures {
  /** Where nobody has asked for the filter before. */
  readonly first: { readonly p50: number; readonly p99: number };
  /** Where somebody has. */
  readonly later: { readonly p50: number; readonly p99: number };
}

const FILTERS = 12;
const LATER = 400;

/** Filters a catalogue of `tracks` tracks by year and genre, which let about half through. */
export async function measureFilters(tracks: number): Promise<FilterFigures> {
  const trackIds = Array.from({ length: tracks }, (_, track) => `track-${track}` as TrackId);
  const indexByHash = new Map<TrackHash, TrackIndex>();
  const bundle: CataloguedBundle = {
    ...{ trackIds, models: {}, popularity: new Float32Array(tracks) },
    indexOf: (track) => Number(track.slice("track-".length)) as TrackIndex,
    indexOfHash: (hash) => indexByHash.get(hash),
  };
  const { columns, fresh } = followNewTracks(bundle, undefined);
  for (let track = 0; track < tracks; track++) {
    const id = trackIds[track]!;
    indexByHash.set(trackHash(id), track as TrackIndex);
    columns.set(track as TrackIndex, describedTrack(id, track));
  }
  const sets = openStandingSets(columns);
  const nothing = async () => {};
  const live = {
    ...{
      columns,
      sets,
      fresh,
      tracks: servedTracks(bundle, fresh),
      withdrawn: new Set<TrackIndex>(),
      version: () => 1,
    },
    ...{ upToDate: nothing, upToDateSoon: nothing },
  };
  const heard = { recent: [], disliked: trackIds.slice(0, 50).map(trackHash) };
  const ask = async (filter: number): Promise<number> => {
    const text = `track.release_year >= ${1990 + filter} || "genre-${filter}" in track.genres`;
    const startedMs = performance.now();
    const pool = await openPool({ live }, heard, { filter: text, excludeHeard: 20 });
    const tookMs = performance.now() - startedMs;
    requireThat(pool.size > 0 && pool.size < tracks, `a filter left ${pool.size} tracks`);
    return tookMs;
  };
  const first: number[] = [];
  const later: number[] = [];
  for (let filter = 0; filter < FILTERS; filter++) first.push(await ask(filter));
  for (let time = 0; time < LATER; time++) later.push(await ask(time % FILTERS));
  return { first: shares(first), later: shares(later) };
}

function describedTrack(track: TrackId, number: number) {
  return {
    ...{ track, title: `title ${number}`, trackMs: 200_000, explicit: number % 9 === 0 },
    artists: [{ id: `artist-${number % 5_000}`, name: `artist ${number % 5_000}` }],
    album: { id: `album-${number % 50_000}`, title: `album ${number % 50_000}` },
    ...{ genres: [`genre-${number % 200}`], markets: [] },
    releaseDate: String(1960 + ((number * 31) % 65)),
  };
}

function shares(latenciesMs: readonly number[]): { readonly p50: number; readonly p99: number } {
  return { p50: percentile(latenciesMs, 0.5), p99: percentile(latenciesMs, 0.99) };
}
