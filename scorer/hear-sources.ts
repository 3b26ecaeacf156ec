import { type BlendWeights, wholeBlend } from "../core/bundle/manifest.ts";
import type { ListenerRecord } from "../core/state/listener-record.ts";
import { chooseBlend } from "./blend.ts";
import type { NextTracksQuery, Rung } from "./recommendation.ts";
import type { SparseSources, Tastes } from "./retrieval/retriever.ts";
import type { Scorer } from "./scorer.ts";
import { findSeeds, tastesWithSeeds } from "./seeds.ts";
import { type SkipPush, skipPush } from "./skip-push.ts";
import { sessionTracks } from "./sources/session-tracks.ts";
import { type AskedFor, isInSession, listenerTastes } from "./tastes.ts";

/** All that speaks for tracks, before any is looked at. */
export interface HeardSources {
  readonly rung: Rung;
  readonly tastes: Tastes;
  readonly sparse: SparseSources;
  readonly weights: BlendWeights;
  readonly push: SkipPush | undefined;
  /** How far tastes are moved away from skipped tracks; 0 where none was skipped. */
  readonly skips: number;
}

export type SourceWishes = Pick<NextTracksQuery, "weights" | "skips" | "horizon" | "seeds">;

/** Asks models and other sources what they have to say of a listener, and of the seeds beside or
 *  instead of them. Throws `bad_request` for a seed that is not known. */
export async function hearSources(
  scorer: Scorer,
  record: ListenerRecord | undefined,
  { asked, wishes }: { readonly asked: AskedFor; readonly wishes: SourceWishes },
): Promise<HeardSources> {
  const { bundle } = scorer;
  const own = await listenerTastes(scorer, record, asked);
  const seeds = wishes.seeds && (await findSeeds(scorer, wishes.seeds));
  const tastes = seeds === undefined ? own : tastesWithSeeds(bundle.models, own, seeds);
  const bySeedsAlone = seeds?.share === 1;
  const session =
    record !== undefined && !bySeedsAlone && isInSession(scorer, record, asked)
      ? record.recent
      : undefined;
  const plays = session === undefined ? [] : sessionTracks(bundle, session);
  const given = wishes.weights ?? wholeBlend(bundle.manifest.blend);
  const wanted = atHorizon(given, wishes.horizon);
  const sparse = scorer.sources([...(seeds?.named ?? []), ...plays], wanted);
  const { rung, weights } = chooseBlend(wanted, { tastes, sparse });
  const skips = wishes.skips ?? bundle.manifest.blend.skips ?? 0;
  const push = session && skipPush(scorer.live.tracks, session, { skips, weights });
  return { rung, tastes, sparse, weights, push, skips: push === undefined ? 0 : skips };
}

/** The weights between "this minute" (0) and "all my life" (1); as they are at 0.5. */
export function atHorizon(weights: BlendWeights, horizon = 0.5): BlendWeights {
  const now = Math.min(1, 2 * (1 - horizon));
  const life = Math.min(1, 2 * horizon);
  return {
    short: weights.short * now,
    long: weights.long * life,
    neighbours: weights.neighbours * now,
    coplay: weights.coplay * now,
    popularity: weights.popularity,
  };
}
