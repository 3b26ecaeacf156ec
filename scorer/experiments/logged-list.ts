import type { BlendWeights } from "../../core/bundle/manifest.ts";
import type { BundleId, TrackId } from "../../core/domain/ids.ts";
import { REQUEST_LIMITS } from "../limits.ts";
import type { ExperimentPart, NextTracksQuery, Recommendation, Rung } from "../recommendation.ts";
import type { Exploration } from "../rules/choose.ts";
import type { ListenerHash } from "./listener-hash.ts";

/** A list as the recommendation log keeps it; the wire's `LoggedRecommendation` says what each part
 *  means. */
export interface LoggedList {
  readonly id: string;
  readonly madeAtMs: number;
  readonly listener: ListenerHash;
  readonly bundle: BundleId;
  readonly rung: Rung;
  readonly weights: BlendWeights;
  readonly skips: number;
  readonly tracks: readonly LoggedTrack[];
  /** The first page's id; undefined where this is it. */
  readonly firstPage: string | undefined;
  readonly firstPlace: number;
  readonly exploration: Exploration | undefined;
  readonly isConstrained: boolean;
  readonly experiment: ExperimentPart | undefined;
}

export interface LoggedTrack {
  readonly track: TrackId;
  readonly score: number;
  readonly propensity: number;
  /** Only in an interleaved list. */
  readonly arm: string | undefined;
  /** Whether the bundle did not know the track. */
  readonly isNew: boolean;
}

/** What is logged of a list that `query` was answered with. */
export function loggedList(
  made: Recommendation,
  query: NextTracksQuery,
  told: { readonly listener: ListenerHash; readonly madeAtMs: number },
): LoggedList {
  const { id, bundle, rung, weights, skips, explorationSeed, experiment } = made;
  const seed = explorationSeed;
  return {
    id,
    ...told,
    bundle,
    rung,
    weights,
    skips,
    tracks: made.tracks.map(({ track, score, propensity, arm, newTrack }) => {
      return { track, score, propensity, arm, isNew: newTrack !== undefined };
    }),
    firstPage: query.page?.recommendationId,
    firstPlace: query.page?.tracks.length ?? 0,
    exploration:
      query.exploration && seed !== undefined ? { ...query.exploration, seed } : undefined,
    isConstrained: isConstrained(query),
    experiment: experiment && partOf(experiment),
  };
}

/** Without what the arms of an interleaved list are scored by, which the reply alone tells. */
function partOf({ name, arm, control, share }: ExperimentPart): ExperimentPart {
  return { name, arm, control, share };
}

/** Whether the query asks for more than whose list, how long, with which weights and how explored.
 *  Only lists that do not can be made again from the listening log alone. */
function isConstrained(query: NextTracksQuery): boolean {
  const { excludeHeard = REQUEST_LIMITS.excludeHeardDefault, keepsDisliked = false } = query;
  const { candidates, market, filter, ranges, listRules, steering, seeds, path } = query;
  const { excludeTracks = [], pending = [], diversity = 0, horizon, askedAtMs } = query;
  const wishes = [candidates, market, filter, ranges, listRules, steering, seeds, path];
  return (
    [...wishes, horizon, askedAtMs].some((wish) => wish !== undefined) ||
    excludeTracks.length + pending.length > 0 ||
    diversity > 0 ||
    keepsDisliked ||
    excludeHeard !== REQUEST_LIMITS.excludeHeardDefault
  );
}
