import { wholeBlend } from "../core/bundle/manifest.ts";
import { pseudoRandom, randomFloats } from "../core/bundle/pseudo-random.ts";
import { MODEL_NAMES, type ModelName } from "../core/domain/ids.ts";
import type { ModelSpace, Tastes, TrackSpace } from "../scorer/retrieval/retriever.ts";
import { clusterPoints, type SampledQueries } from "../trainer/clusters/cluster-points.ts";
import { type ClusteredTracks, clusterTracks } from "../trainer/clusters/cluster-tracks.ts";
import { type Random, seededRandom } from "../trainer/random.ts";
import type { Graphs } from "./catalogue-load.ts";

/** What catalogues of any size are made from: tracks, and tastes that search them. */
export interface BaseSpace {
  readonly space: TrackSpace;
  readonly queries: SampledQueries;
  /** By which the models are served; none for models whose tastes are means of what was heard. */
  readonly graphs: Readonly<Partial<Record<ModelName, Graphs>>>;
}

const BASE_TRACKS = 20_000;
const DIMENSION = 100;
const [GENRES, ARTISTS] = [100, 2_000];
const TASTES = 256;
/** Tracks of a group of the base, among which new ones are put. */
const GROUP_TRACKS = 30;
/** What of a new track is of each old one; their squares add to 1, so that groups stay as wide. */
const [OWN_PART, OTHER_PART] = [0.8, 0.6];

/** Two models of 100 columns whose vectors stand around artists, and these around genres, in
 *  columns that matter less and less, as trained vectors do; tastes are means of tracks of one
 *  genre. */
export function syntheticSpace(): BaseSpace {
  const random = pseudoRandom(11);
  const short = groupedModel(random);
  const long = groupedModel(random);
  const popularity = Float32Array.from({ length: BASE_TRACKS }, (_, rank) => -Math.log(rank + 20));
  const draw = seededRandom(1, "tastes");
  const tastes = Array.from({ length: TASTES }, (): Tastes => {
    const genre = Math.floor(draw() * GENRES);
    const heard = Array.from({ length: 3 }, () => {
      return genre + GENRES * Math.floor((draw() * BASE_TRACKS) / GENRES);
    });
    return { short: meanOf(short, heard), long: meanOf(long, heard.slice(1)) };
  });
  const alone = MODEL_NAMES.map((name) => wholeBlend({ [name]: 1 }));
  const weightings = [...alone, wholeBlend({ short: 1, long: 0.5, popularity: 0.2 })];
  const space = { count: BASE_TRACKS, models: { short, long }, popularity };
  return { space, queries: { tastes, weightings }, graphs: {} };
}

/** Track i is of genre i mod 100 and of artist i mod 2,000. */
function groupedModel(random: () => number): ModelSpace {
  const sizes = Float32Array.from({ length: DIMENSION }, (_, column) => (1 + column) ** -0.4);
  const genres = randomFloats(random, GENRES * DIMENSION);
  const artists = randomFloats(random, ARTISTS * DIMENSION);
  const vectors = Float32Array.from({ length: BASE_TRACKS * DIMENSION }, (_, at) => {
    const [track, column] = [Math.floor(at / DIMENSION), at % DIMENSION];
    const genre = genres[(track % GENRES) * DIMENSION + column]!;
    const artist = artists[(track % ARTISTS) * DIMENSION + column]!;
    return sizes[column]! * (1.5 * genre + artist + 0.5 * random());
  });
  return { dimension: DIMENSION, vectors, bias: randomFloats(random, BASE_TRACKS, 0.5) };
}

function meanOf({ vectors, dimension }: ModelSpace, tracks: readonly number[]): Float32Array {
  return Float32Array.from({ length: dimension }, (_, column) => {
    const sum = tracks.reduce((total, track) => total + vectors[track * dimension + column]!, 0);
    return sum / tracks.length;
  });
}

/** A catalogue of `tracks` tracks: those of the base, and then others like them, each with the mean
 *  of a group of the base and a mixture of how two of its tracks differ from that, so that they are
 *  spread as the base is. Each time around, tracks are less popular. */
export async function largeSpace(
  base: Pick<BaseSpace, "space" | "queries">,
  tracks: number,
): Promise<TrackSpace> {
  const { space } = base;
  const groups = await groupsOf(base);
  const random = seededRandom(1, "tracks");
  const pairs = new Int32Array(2 * tracks);
  for (let track = 0; track < tracks; track++) {
    const old = track % space.count;
    pairs.set([old, track < space.count ? old : groups.drawBeside(old, random)], 2 * track);
  }
  const mix = (values: Float32Array, width: number) => mixed({ values, width }, groups, pairs);
  const models: Partial<Record<ModelName, ModelSpace>> = {};
  for (const name of MODEL_NAMES) {
    const model = space.models[name];
    if (model === undefined) continue;
    const { dimension, vectors, bias } = model;
    models[name] = { dimension, vectors: mix(vectors, dimension), bias: mix(bias, 1) };
  }
  const popularity = mix(space.popularity, 1);
  for (let track = 0; track < tracks; track++) {
    popularity[track] = popularity[track]! - Math.log(1 + Math.floor(track / space.count));
  }
  return { count: tracks, models, popularity };
}

interface Groups extends ClusteredTracks {
  /** [base tracks] */
  readonly groupOf: Uint32Array;
  /** A track of the group of `track`. */
  drawBeside(track: number, random: Random): number;
}

async function groupsOf({ space, queries }: Pick<BaseSpace, "space" | "queries">): Promise<Groups> {
  const { tracks, starts } = await clusterTracks(clusterPoints(space, queries), {
    clusters: Math.ceil(space.count / GROUP_TRACKS),
    random: seededRandom(1, "groups"),
    progress: () => undefined,
    stopCheck: () => undefined,
  });
  const groupOf = new Uint32Array(space.count);
  for (let group = 0; group + 1 < starts.length; group++) {
    for (const track of tracks.subarray(starts[group], starts[group + 1])) groupOf[track] = group;
  }
  const drawBeside = (track: number, random: Random) => {
    const [start, end] = [starts[groupOf[track]!]!, starts[groupOf[track]! + 1]!];
    return tracks[start + Math.floor(random() * (end - start))]!;
  };
  return { tracks, starts, groupOf, drawBeside };
}

function mixed(
  { values, width }: { readonly values: Float32Array; readonly width: number },
  groups: Groups,
  pairs: Int32Array,
): Float32Array {
  const means = meansOf({ values, width }, groups);
  const result = new Float32Array((pairs.length / 2) * width);
  for (let row = 0; 2 * row < pairs.length; row++) {
    const [old, other] = [pairs[2 * row]!, pairs[2 * row + 1]!];
    const [from, beside] = [old * width, other * width];
    const centre = groups.groupOf[old]! * width;
    for (let column = 0; column < width; column++) {
      const mean = means[centre + column]!;
      const difference = OWN_PART * (values[from + column]! - mean);
      const strange = OTHER_PART * (values[beside + column]! - mean);
      // A track of the base stays as it is.
      const isOld = old === row;
      result[row * width + column] = isOld ? values[from + column]! : mean + difference + strange;
    }
  }
  return result;
}

/** [groups, width] */
function meansOf(
  { values, width }: { readonly values: Float32Array; readonly width: number },
  { tracks, starts }: ClusteredTracks,
): Float32Array {
  const means = new Float32Array((starts.length - 1) * width);
  for (let group = 0; group + 1 < starts.length; group++) {
    const size = starts[group + 1]! - starts[group]!;
    for (const track of tracks.subarray(starts[group], starts[group + 1])) {
      for (let column = 0; column < width; column++) {
        const at = group * width + column;
        means[at] = means[at]! + values[track * width + column]! / size;
      }
    }
  }
  return means;
}
