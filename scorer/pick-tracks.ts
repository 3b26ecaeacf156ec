import { type BlendWeights, NO_WEIGHTS } from "../core/bundle/manifest.ts";
import { MODEL_NAMES, type TrackIndex } from "../core/domain/ids.ts";
import type { ListenerRecord } from "../core/state/listener-record.ts";
import type { Adjustment } from "./adjustment.ts";
import { openCandidates } from "./candidates.ts";
import type { HeardSources } from "./hear-sources.ts";
import { newTrackOf } from "./new-track.ts";
import { type OpenPath, openPath } from "./path.ts";
import type { NextTracksQuery, RecommendedTrack, Rung } from "./recommendation.ts";
import { type Choice, newChooser } from "./rules/choose.ts";
import { trackFacts } from "./rules/facts.ts";
import { type PickedList, type Picking, pickList } from "./rules/pick-list.ts";
import type { Pool, PoolStep } from "./rules/pool.ts";
import type { Scorer } from "./scorer.ts";
import { averageParts, contributionsOf, sharesOf } from "./shares.ts";

/** A list before it has an id. */
export interface PickedTracks {
  readonly rung: Rung;
  readonly weights: BlendWeights;
  readonly skips: number;
  readonly tracks: readonly RecommendedTrack[];
  /** [tracks] */
  readonly indices: readonly TrackIndex[];
  readonly steps: readonly PoolStep[];
  readonly explorationSeed: number | undefined;
}

export interface ToPick {
  readonly query: NextTracksQuery;
  readonly heard: HeardSources;
  readonly adjustment: Adjustment | undefined;
  readonly pool: Pool;
}

/** Picks the tracks of a list from its pool: the best of it, or, where the request says how a list
 *  shall be made up, place by place. */
export function pickTracks(
  scorer: Scorer,
  record: ListenerRecord | undefined,
  { query, heard, adjustment, pool }: ToPick,
): PickedTracks {
  if (query.path !== undefined) {
    const path = openPath(scorer, query.path, { k: query.k, pool });
    const picked = pickList({
      ...listOf(scorer, record, { query, pool }),
      candidatesAt: path.candidatesAt,
      firstDepth: path.near,
      newChooser: () => newChooser(0, undefined, undefined),
    });
    return { ...onPath(scorer, path, picked), steps: picked.steps, explorationSeed: undefined };
  }
  const { rung, tastes, sparse, weights, skips, push } = heard;
  const search = { tastes, sparse, weights, ...pool };
  const find = openCandidates(scorer.retriever, search, { push, adjustment });
  const { listRules, diversity = 0 } = query;
  const exploration = query.exploration && { ...query.exploration, seed: seedOf(scorer, query) };
  const isPlain = listRules === undefined && diversity === 0 && exploration === undefined;
  const name = MODEL_NAMES.find((model) => scorer.bundle.models[model] !== undefined);
  const vectorOf = name && ((track: TrackIndex) => scorer.live.tracks.vectorOf(name, track)!);
  const picked: PickedList = isPlain
    ? { picks: find(query.k).map((candidate) => ({ candidate, propensity: 1 })), steps: [] }
    : pickList({
        ...listOf(scorer, record, { query, pool }),
        candidatesAt: () => find,
        newChooser: () => newChooser(diversity, exploration, vectorOf),
      });
  const tracks = recommended(scorer, picked.picks, averageParts(scorer.averages, heard));
  const { steps } = picked;
  const indices = indicesOf(picked);
  return { rung, weights, skips, tracks, indices, steps, explorationSeed: exploration?.seed };
}

function listOf(
  { live, longTail }: Scorer,
  record: ListenerRecord | undefined,
  { query, pool }: Pick<ToPick, "query" | "pool">,
): Omit<Picking, "candidatesAt" | "newChooser"> {
  return {
    k: query.k,
    rules: query.listRules ?? {},
    facts: trackFacts(live.tracks, {
      columns: live.columns,
      longTail,
      recent: record?.recent ?? [],
    }),
    pool,
    tracks: live.tracks,
  };
}

function seedOf({ randomBytes }: Scorer, { exploration }: NextTracksQuery): number {
  return exploration?.seed ?? Buffer.from(randomBytes(4)).readUInt32LE();
}

function onPath(
  scorer: Scorer,
  { model }: OpenPath,
  { picks }: PickedList,
): Omit<PickedTracks, "steps" | "explorationSeed"> {
  const weights = { ...NO_WEIGHTS, [model]: 1 };
  const tracks = recommended(scorer, picks, NO_WEIGHTS);
  const indices = indicesOf({ picks });
  const rung = model === "short" ? "short_term" : "long_term";
  return { rung, weights, skips: 0, tracks, indices };
}

function indicesOf({ picks }: Pick<PickedList, "picks">): readonly TrackIndex[] {
  return picks.map(({ candidate }) => candidate.index);
}

function recommended(
  { live }: Scorer,
  picks: readonly Choice[],
  average: BlendWeights,
): readonly RecommendedTrack[] {
  return picks.map(({ candidate, propensity }) => {
    const { index, score, parts, skips, adjustment } = candidate;
    const lifts = contributionsOf(parts, average);
    const newTrack = newTrackOf(live, index);
    return {
      track: live.tracks.idOf(index),
      score,
      contributions: { ...lifts, skips },
      shares: sharesOf(lifts),
      propensity,
      adjustment,
      ...(newTrack && { newTrack }),
    };
  });
}
