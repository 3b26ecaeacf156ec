import type { Bundle } from "../core/bundle/bundle.ts";
import type { TrackIndex } from "../core/domain/ids.ts";
import type { CatalogueColumns } from "./catalogue/columns.ts";
import type { LiveCatalogue } from "./catalogue/live-catalogue.ts";
import { addTrack, hasTrack, noTracks, type TrackBits } from "./retrieval/track-bits.ts";

/** What lifts or lowers tracks beside the sources. */
export interface Steering {
  readonly boosts: readonly { readonly filter: string; readonly score: number }[];
  readonly targets: Targets;
  /** −1 to 1. */
  readonly novelty: number;
}

export interface Targets {
  /** Beats per minute. */
  readonly tempo?: number | undefined;
  /** 0 to 1. */
  readonly energy?: number | undefined;
  readonly valence?: number | undefined;
  /** What a track at distance 1 loses. */
  readonly weight: number;
}

/** What is added to each track's score. */
export interface Adjustment {
  /** [count] */
  readonly values: Float32Array;
  /** The catalogue by value, so that a search can be exact: in each band all values are close. */
  readonly bands: readonly Band[];
}

export interface Band {
  readonly tracks: TrackBits;
  /** No track of the band gets more. */
  readonly valueMax: number;
}

const BANDS_MAX = 8;
/** Those that were asked for last are kept, 4 bytes a track and up to 8 bitsets each. */
const ADJUSTMENTS_MAX = 16;

/** The adjustment of a steering; undefined where it steers nothing. Throws `bad_request` for a
 *  boost whose filter is none. */
export type OpenAdjustment = (steering: Steering) => Promise<Adjustment | undefined>;

export function openAdjustments(
  { popularity }: Pick<Bundle, "popularity">,
  catalogue: LiveCatalogue,
): OpenAdjustment {
  const kept = new Map<string, { readonly version: number; readonly adjustment: Adjustment }>();
  return async (steering) => {
    const { boosts, targets, novelty } = steering;
    const hasTarget = [targets.tempo, targets.energy, targets.valence].some(isGiven);
    if (boosts.length === 0 && !hasTarget && novelty === 0) return undefined;
    if (boosts.length > 0 || hasTarget) await catalogue.upToDate();
    const passing: TrackBits[] = [];
    for (const [at, { filter }] of boosts.entries()) {
      passing.push((await catalogue.sets.passing(filter, `boosts[${at}].filter`)).bits);
    }
    const key = JSON.stringify(steering);
    const version = catalogue.version();
    const known = kept.get(key);
    kept.delete(key);
    const adjustment =
      known?.version === version
        ? known.adjustment
        : adjust(popularity, catalogue, { steering, passing });
    if (kept.size >= ADJUSTMENTS_MAX) kept.delete(kept.keys().next().value!);
    kept.set(key, { version, adjustment });
    return adjustment;
  };
}

function adjust(
  popularity: Float32Array,
  { columns, tracks }: LiveCatalogue,
  { steering, passing }: { readonly steering: Steering; readonly passing: readonly TrackBits[] },
): Adjustment {
  const { boosts, targets, novelty } = steering;
  const values = new Float32Array(columns.end());
  for (const [at, { score }] of boosts.entries()) {
    const bits = passing[at]!;
    for (let row = 0; row < values.length; row++) {
      if (hasTrack(bits, row as TrackIndex)) values[row] = values[row]! + score;
    }
  }
  const distance = distanceOf(columns, targets);
  if (distance !== undefined) {
    for (let row = 0; row < values.length; row++) {
      values[row] = values[row]! - targets.weight * distance(row);
    }
  }
  if (novelty !== 0) {
    const average = popularity.reduce((sum, value) => sum + value, 0) / popularity.length;
    for (let row = 0 as TrackIndex; row < values.length; row++) {
      values[row] = values[row]! - 0.5 * novelty * (tracks.popularityOf(row) - average);
    }
  }
  return { values, bands: bandsOf(values) };
}

/** The average distance from the targets, 0 to 1; undefined where there is none. */
function distanceOf(
  columns: Pick<CatalogueColumns, "tempo" | "energy" | "valence">,
  { tempo, energy, valence }: Targets,
): ((row: number) => number) | undefined {
  const distances: ((row: number) => number)[] = [];
  if (tempo !== undefined) {
    distances.push((row) => Math.abs(Math.log2(columns.tempo[row]! / tempo)));
  }
  if (energy !== undefined) distances.push((row) => Math.abs(columns.energy[row]! - energy));
  if (valence !== undefined) distances.push((row) => Math.abs(columns.valence[row]! - valence));
  if (distances.length === 0) return undefined;
  return (row) => {
    let sum = 0;
    for (const distance of distances) {
      const found = distance(row);
      // One that is not known is as far as can be.
      sum += Number.isNaN(found) ? 1 : Math.min(1, found);
    }
    return sum / distances.length;
  };
}

function bandsOf(values: Float32Array): readonly Band[] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const width = (most - least) / BANDS_MAX || 1;
  const bands = Array.from({ length: BANDS_MAX }, () => ({
    tracks: noTracks(values.length),
    valueMax: Number.NEGATIVE_INFINITY,
  }));
  for (let row = 0; row < values.length; row++) {
    const at = Math.min(BANDS_MAX - 1, Math.floor((values[row]! - least) / width));
    const band = bands[at]!;
    addTrack(band.tracks, row as TrackIndex);
    if (values[row]! > band.valueMax) band.valueMax = values[row]!;
  }
  return bands.filter(({ valueMax }) => valueMax > Number.NEGATIVE_INFINITY);
}

function isGiven(value: unknown): boolean {
  return value !== undefined;
}
