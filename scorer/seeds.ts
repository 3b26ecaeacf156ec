import type { Bundle } from "../core/bundle/bundle.ts";
import { Failure } from "../core/domain/failure.ts";
import { MODEL_NAMES, type ModelName, type TrackId, type TrackIndex } from "../core/domain/ids.ts";
import type { LiveCatalogue } from "./catalogue/live-catalogue.ts";
import type { ScoredTrack, ServedTracks } from "./catalogue/new-tracks/served-tracks.ts";
import type { Tastes } from "./retrieval/retriever.ts";
import { hasTrack, type TrackBits } from "./retrieval/track-bits.ts";
import { lengthOf } from "./retrieval/vector-length.ts";
import { unitVector } from "./rules/choose.ts";

/** What a list shall sound like; `Seeds` of the wire says what each part means. */
export interface Seeds {
  readonly tracks: readonly Seed[];
  readonly artists: readonly Seed[];
  readonly genres: readonly Seed[];
  /** Above 0, at most 1. */
  readonly share: number;
}

export interface Seed {
  readonly id: string;
  readonly weight: number;
}

/** Tracks, each with its part of what the seeds say. */
export interface SeedTracks {
  readonly share: number;
  readonly tracks: readonly { readonly track: ScoredTrack; readonly weight: number }[];
  /** The seeds that are tracks of the bundle, the heaviest first. */
  readonly named: readonly TrackIndex[];
}

/** An artist's or a genre's average is that of so many of its tracks, evenly over all of them. */
const TRACKS_OF_SEED = 500;

/** Looks the seeds up. Throws `bad_request` for one that is not known. */
export async function findSeeds(
  { live }: { live: LiveCatalogue },
  seeds: Seeds,
): Promise<SeedTracks> {
  if (seeds.artists.length + seeds.genres.length > 0) await live.upToDate();
  else await live.upToDateSoon();
  const named = seeds.tracks.map(({ id, weight }, at) => {
    const index = live.tracks.indexOf(id as TrackId);
    if (index !== undefined) return { track: live.tracks.scored(index), weight };
    throw unknownSeed(`seeds.tracks[${at}].id`, "track that the bundle knows");
  });
  const tracks = [...named];
  for (const [kind, list] of [
    ["artists", seeds.artists],
    ["genres", seeds.genres],
  ] as const) {
    for (const [at, { id, weight }] of list.entries()) {
      const field = `seeds.${kind}[${at}].id`;
      const filter = `${JSON.stringify(id)} in track.${kind}`;
      const { bits } = await live.sets.passing(filter, field);
      const some = tracksOfSeed(bits, live.tracks);
      if (some.length === 0) throw unknownSeed(field, `value of ${kind} that the catalogue knows`);
      const share = weight / some.length;
      tracks.push(...some.map((index) => ({ track: live.tracks.scored(index), weight: share })));
    }
  }
  const heaviest = named.toSorted((one, other) => other.weight - one.weight);
  const ofBundle = heaviest.map(({ track }) => track.index);
  return {
    share: seeds.share,
    tracks,
    named: ofBundle.filter((index) => index < live.tracks.bundled),
  };
}

function unknownSeed(field: string, what: string): Failure {
  return new Failure("bad_request", `${field} is no ${what}`, { field });
}

/** New tracks, whose vectors are derived, only where there are no others. */
function tracksOfSeed(bits: TrackBits, { bundled, end }: ServedTracks): TrackIndex[] {
  const ofBundle = spreadOver(bits, 0, bundled);
  return ofBundle.length > 0 ? ofBundle : spreadOver(bits, bundled, end());
}

function spreadOver(bits: TrackBits, first: number, end: number): TrackIndex[] {
  const all: TrackIndex[] = [];
  for (let row = first as TrackIndex; row < end; row++) if (hasTrack(bits, row)) all.push(row);
  const stride = Math.max(1, all.length / TRACKS_OF_SEED);
  return Array.from({ length: Math.floor(all.length / stride) }, (_, at) => {
    return all[Math.floor(at * stride)]!;
  });
}

/** The listener's tastes moved towards the seeds: (1 − share) · taste + share · the seeds'
 *  direction, as long as the taste is. Where there is no taste it is as long as the bundle's
 *  vectors are. */
export function tastesWithSeeds(
  models: Bundle["models"],
  tastes: Tastes,
  seeds: SeedTracks,
): Tastes {
  const moved: Partial<Record<ModelName, Float32Array>> = {};
  for (const name of MODEL_NAMES) {
    const model = models[name];
    if (model === undefined) continue;
    const { dimension } = model;
    const sum = new Float32Array(dimension);
    for (const { track, weight } of seeds.tracks) {
      const unit = unitVector(track.vectors[name]!);
      for (let axis = 0; axis < dimension; axis++) sum[axis] = sum[axis]! + weight * unit[axis]!;
    }
    const taste = tastes[name];
    const length = taste === undefined ? usualLength(model) : lengthOf(taste);
    const scale = length / (lengthOf(sum) || 1);
    moved[name] = sum.map((value, axis) => {
      const own = taste === undefined ? 0 : taste[axis]! * (1 - seeds.share);
      return own + value * scale * (taste === undefined ? 1 : seeds.share);
    });
  }
  return moved;
}

/** Of the first 1,000 vectors, which are enough for an average. */
function usualLength({ outputVectors, dimension }: NonNullable<Bundle["models"][ModelName]>) {
  const rows = Math.min(1000, outputVectors.length / dimension);
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    sum += lengthOf(outputVectors.subarray(row * dimension, (row + 1) * dimension));
  }
  return sum / Math.max(1, rows);
}
