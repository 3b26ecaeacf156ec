import { wholeBlend } from "../core/bundle/manifest.ts";
import { stepsModels } from "../core/domain/listening-event.ts";
import { type ListenerRecord, RECENT_EVENTS_MAX } from "../core/state/listener-record.ts";
import type { ScoredTrack } from "./catalogue/new-tracks/served-tracks.ts";
import { beginExplaining, explainTracks } from "./explain-tracks.ts";
import { hearSources } from "./hear-sources.ts";
import { hurried } from "./hurry.ts";
import { REQUEST_LIMITS } from "./limits.ts";
import { nextPage } from "./pages.ts";
import { pickTracks } from "./pick-tracks.ts";
import { readState } from "./read-state.ts";
import type { NextTracksQuery, Recommendation, RecommendedTrack } from "./recommendation.ts";
import { recommendationId } from "./recommendation-id.ts";
import { openPool } from "./rules/pool.ts";
import { shortenedBy } from "./rules/shortened-by.ts";
import type { Scorer } from "./scorer.ts";
import { skipChances } from "./skip-chances.ts";
import { rememberedSources } from "./sources/remembered-sources.ts";
import type { AskedFor } from "./tastes.ts";

/** What a listener would hear next: read state → tastes and sources → blend → pool → rules → list.
 *  It never writes, and what cannot be had only lowers the rung: there is always a list. Throws
 *  `wish.signal`'s reason once it is raised, and `bad_request` for a filter that is none and for
 *  seeds and ends of a path that are not known. */
export async function recommend(served: Scorer, wish: NextTracksQuery): Promise<Recommendation> {
  const { bundle } = served;
  const { query, leftOut } = hurried(wish, wish.weights ?? wholeBlend(bundle.manifest.blend));
  const scorer = query.explainEvents === undefined ? served : withMemory(served);
  const { record, freshness } = await readState(scorer, query);
  query.signal?.throwIfAborted();
  const asked = { session: query.session, atMs: query.askedAtMs ?? scorer.now() };
  const explaining = beginExplaining(scorer, record, query);
  const heard = await hearSources(scorer, record, { asked, wishes: query });
  const adjustment = query.steering && (await scorer.adjustments(query.steering));
  if (query.listRules !== undefined) await scorer.live.upToDate();
  // Nothing is waited for from here on: the list holds for the catalogue as it is now.
  const pool = await openPool(scorer, record, poolWishes(query, asked));
  const { size, bundled } = scorer.live.tracks;
  const catalogue = { bundled, fresh: size() - bundled };
  const picked = pickTracks(scorer, record, { query, heard, adjustment, pool });
  // What is asked of them later is asked of them as they are now.
  const looksAgain = query.withSkipProbability || query.explainEvents !== undefined;
  const scored = looksAgain ? picked.indices.map(scorer.live.tracks.scored) : [];
  const tracks = query.withSkipProbability
    ? await withSkipProbabilities(scorer, record, { asked, tracks: picked.tracks, scored })
    : picked.tracks;
  const left = await explaining;
  const explanation =
    left && (await explainTracks(scorer, { left, asked, query, heard, tracks, scored }));
  const id = recommendationId(scorer.now(), scorer.randomBytes(10));
  const steps = [...pool.steps, ...picked.steps];
  const list = { length: tracks.length, k: query.k, ...catalogue };
  const isLast = tracks.length < query.k || query.path !== undefined;
  return {
    id,
    bundle: bundle.manifest.id,
    rung: picked.rung,
    weights: picked.weights,
    skips: picked.skips,
    freshness,
    tracks: explanation?.tracks ?? tracks,
    shortenedBy: shortenedBy(steps, list),
    poolSize: pool.size,
    steps,
    explorationSeed: picked.explorationSeed,
    nextPage: nextPage(query.page, { id, tracks: tracks.map(({ track }) => track), isLast }),
    memorySinceMs: memorySinceMs(record),
    explained: explanation?.explained,
    leftOut,
  };
}

/** For a list that is explained: the sources that made it need not be asked the same again. */
function withMemory(scorer: Scorer): Scorer {
  return { ...scorer, sources: rememberedSources(scorer.sources) };
}

function poolWishes(query: NextTracksQuery, { atMs }: AskedFor) {
  const { candidates, excludeTracks, market, filter, ranges, page, path } = query;
  const { excludeHeard = REQUEST_LIMITS.excludeHeardDefault, notHeardWithinMs } = query;
  return {
    candidates,
    excludeTracks,
    market,
    filter,
    ranges,
    excludeHeard,
    keepsDisliked: query.keepsDisliked,
    earlierPages: page?.tracks,
    from: path?.from,
    notHeardSinceMs: notHeardWithinMs === undefined ? undefined : atMs - notHeardWithinMs,
  };
}

function memorySinceMs(record: ListenerRecord | undefined): number | undefined {
  if (record === undefined) return undefined;
  const { recent, steps } = record;
  const remembered = recent.filter(({ kind }) => stepsModels(kind)).length;
  const isWhole = recent.length < RECENT_EVENTS_MAX && remembered === steps;
  return isWhole ? undefined : recent[0]?.happenedAtMs;
}

/** One run of each skip head, for the tracks of the list alone. */
async function withSkipProbabilities(
  scorer: Scorer,
  record: ListenerRecord | undefined,
  listed: {
    readonly asked: AskedFor;
    readonly tracks: readonly RecommendedTrack[];
    readonly scored: readonly ScoredTrack[];
  },
): Promise<readonly RecommendedTrack[]> {
  const { asked, tracks, scored } = listed;
  const chances = await skipChances(scorer, record, { asked, tracks: scored });
  if (chances === undefined) return tracks;
  return tracks.map((track, at) => ({ ...track, skipProbability: chances[at]! }));
}
