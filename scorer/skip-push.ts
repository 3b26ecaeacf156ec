import type { BlendWeights } from "../core/bundle/manifest.ts";
import { MODEL_NAMES, type ModelName, type TrackIndex } from "../core/domain/ids.ts";
import { UNWANTED_KINDS } from "../core/domain/listening-event.ts";
import type { RecentEvent } from "../core/state/listener-record.ts";
import type { ServedTracks } from "./catalogue/new-tracks/served-tracks.ts";
import type { RetrievalQuery, RetrievedTrack, Retriever, Tastes } from "./retrieval/retriever.ts";

/** How a list moves away from what was just skipped. */
export interface SkipPush {
  /** [D] of each model that counts: what its part of the query loses. */
  readonly vectors: Tastes;
  /** What all of it takes from a track's score, in all and in each model's space. */
  readonly lost: (track: TrackIndex) => Lost;
}

interface Lost {
  readonly byModel: Readonly<Record<ModelName, number>>;
  readonly all: number;
}

/** A skip counts so much for each event that came after it in the session. */
const DECAY = 0.7;
/** Of the tracks that would come first without it, so many are pushed by `FIRST_SHARE` alone: what
 *  comes after a skip is mostly the rest of the same album or playlist. */
const FIRST_TRACKS = 20;
const FIRST_SHARE = 0.1;

/** The push of the session's skips and dislikes, as far as the record remembers it: for each model
 *  `skips` · Σ (1 − fraction played) · 0.7^events since · the skipped track's unit vector.
 *  Undefined where nothing was skipped. */
export function skipPush(
  tracks: Pick<ServedTracks, "dot" | "indexOfHash" | "vectorOf">,
  recent: readonly RecentEvent[],
  { skips, weights }: { readonly skips: number; readonly weights: BlendWeights },
): SkipPush | undefined {
  if (skips === 0) return undefined;
  const skipped: { track: TrackIndex; amount: number }[] = [];
  let amount = skips;
  for (let at = recent.length - 1; at >= 0; at--) {
    const { track, kind, fractionPlayed, sessionStart } = recent[at]!;
    const index = UNWANTED_KINDS.has(kind) ? tracks.indexOfHash(track) : undefined;
    const early = amount * (1 - fractionPlayed);
    if (index !== undefined && early > 0) skipped.push({ track: index, amount: early });
    amount *= DECAY;
    if (sessionStart) break;
  }
  if (skipped.length === 0) return undefined;
  const vectors: Partial<Record<ModelName, Float32Array>> = {};
  for (const name of MODEL_NAMES) {
    if (!(weights[name] > 0)) continue;
    const units = skipped.flatMap(({ track, amount }) => {
      const vector = tracks.vectorOf(name, track);
      return vector === undefined ? [] : [{ vector, amount }];
    });
    if (units.length > 0) vectors[name] = sumOfUnits(units);
  }
  if (Object.keys(vectors).length === 0) return undefined;
  return { vectors, lost: lossOf(tracks, vectors) };
}

/** The sum of the vectors' directions, each as long as its amount. */
function sumOfUnits(
  skipped: readonly { readonly vector: Float32Array; readonly amount: number }[],
): Float32Array {
  const sum = new Float32Array(skipped[0]!.vector.length);
  for (const { vector, amount } of skipped) {
    const length = Math.hypot(...vector);
    if (length === 0) continue;
    for (let axis = 0; axis < sum.length; axis++) {
      sum[axis] = sum[axis]! + (amount * vector[axis]!) / length;
    }
  }
  return sum;
}

function lossOf({ dot }: Pick<ServedTracks, "dot">, { short, long }: Tastes): SkipPush["lost"] {
  return (track) => {
    const byModel = {
      short: short === undefined ? 0 : dot("short", short, track),
      long: long === undefined ? 0 : dot("long", long, track),
    };
    return { byModel, all: byModel.short + byModel.long };
  };
}

/** A track of a list, and what the push took from its score. */
export interface PushedTrack extends RetrievedTrack {
  /** At most 0 for a track that is like the skipped ones. */
  readonly skips: number;
}

/** The best tracks with the push: two searches, one for the tracks that come first without
 *  it, one for all others with it. */
export function retrievePushed(
  retriever: Retriever,
  query: RetrievalQuery,
  push: SkipPush | undefined,
): readonly PushedTrack[] {
  if (push === undefined) return retriever.retrieve(query).map(unpushed);
  const first = retriever.retrieve({ ...query, k: FIRST_TRACKS });
  const excluded = new Set([...query.excluded, ...first.map(({ index }) => index)]);
  const tastes = pushedTastes(query, push);
  const others = retriever.retrieve({ ...query, tastes, excluded });
  const { lost } = push;
  const pushed = [
    ...first.map((track) => {
      const skips = -FIRST_SHARE * lost(track.index).all;
      return { ...track, score: Math.fround(track.score + skips), skips };
    }),
    ...others.map((track) => {
      const { all, byModel } = lost(track.index);
      const { short, long } = track.parts;
      const parts = { ...track.parts, short: short + byModel.short, long: long + byModel.long };
      return { ...track, parts, skips: -all };
    }),
  ];
  pushed.sort((one, other) => other.score - one.score || one.index - other.index);
  return pushed.slice(0, query.k);
}

function unpushed({ index, score, parts }: RetrievedTrack): PushedTrack {
  return { index, score, parts, skips: 0 };
}

function pushedTastes({ tastes, weights }: RetrievalQuery, { vectors }: SkipPush): Tastes {
  const moved: Partial<Record<ModelName, Float32Array>> = { ...tastes };
  for (const name of MODEL_NAMES) {
    const [taste, vector] = [tastes[name], vectors[name]];
    if (taste === undefined || vector === undefined) continue;
    moved[name] = taste.map((value, axis) => value - vector[axis]! / weights[name]);
  }
  return moved;
}
