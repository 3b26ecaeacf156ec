import type { TrackId } from "../core/domain/ids.ts";
import { recommend } from "./recommend.ts";
import type { NextTracksQuery, Recommendation } from "./recommendation.ts";
import type { Scorer } from "./scorer.ts";

export interface RankedTracks {
  /** All tracks that are known, each once, best first. */
  readonly recommendation: Recommendation;
  /** Those that neither the bundle knows nor are new ones, as they came. */
  readonly unknown: readonly TrackId[];
}

/** Scores the candidates of a query and leaves none of them out: neither what was just heard nor
 *  what is disliked. */
export async function rankTracks(
  scorer: Scorer,
  query: NextTracksQuery & { readonly candidates: readonly TrackId[] },
): Promise<RankedTracks> {
  const { candidates } = query;
  const recommendation = await recommend(scorer, {
    ...query,
    k: candidates.length,
    excludeHeard: 0,
    keepsDisliked: true,
  });
  const unknown = candidates.filter((track) => scorer.live.tracks.indexOf(track) === undefined);
  return { recommendation, unknown };
}
