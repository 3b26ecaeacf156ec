import { wholeBlend } from "../core/bundle/manifest.ts";
import type { ListenerRecord } from "../core/state/listener-record.ts";
import { chooseBlend } from "./blend.ts";
import { REQUEST_LIMITS } from "./limits.ts";
import { readState } from "./read-state.ts";
import type { NextTracksQuery, Recommendation, RecommendedTrack } from "./recommendation.ts";
import { recommendationId } from "./recommendation-id.ts";
import type { RetrievalQuery, Tastes } from "./retrieval/retriever.ts";
import { keepOut, shortenedBy } from "./rules.ts";
import type { Scorer } from "./scorer.ts";
import { averageParts, contributionsOf, sharesOf } from "./shares.ts";
import { skipChances } from "./skip-chances.ts";
import { retrievePushed, type SkipPush, skipPush } from "./skip-push.ts";
import { sessionTracks } from "./sources/session-tracks.ts";
import { type AskedFor, isInSession, longTermTaste, shortTermTaste } from "./tastes.ts";

/** What a listener would hear next: read state → tastes and sources → blend → rules → list.
 *  It never writes, and what cannot be had only lowers the rung: there is always a list. Throws
 *  only `query.signal`'s reason once it is raised. */
export async function recommend(scorer: Scorer, query: NextTracksQuery): Promise<Recommendation> {
  const { record, freshness } = await readState(scorer, query);
  query.signal?.throwIfAborted();
  const asked = { session: query.session, atMs: query.askedAtMs ?? scorer.now() };
  const short = await shortTermTaste(scorer, record, asked);
  const long = await longTermTaste(scorer, record);
  const tastes: Tastes = { ...(short && { short }), ...(long && { long }) };
  const { bundle } = scorer;
  const inSession = record !== undefined && isInSession(scorer, record, asked);
  const wanted = query.weights ?? wholeBlend(bundle.manifest.blend);
  const sparse = scorer.sources(inSession ? sessionTracks(bundle, record.recent) : [], wanted);
  const { rung, weights } = chooseBlend(wanted, { tastes, sparse });
  const kept = keepOut(bundle, record, {
    excludeTracks: query.excludeTracks ?? [],
    excludeHeard: query.excludeHeard ?? REQUEST_LIMITS.excludeHeardDefault,
  });
  const skips = query.skips ?? bundle.manifest.blend.skips ?? 0;
  const push = inSession ? skipPush(bundle, record.recent, { skips, weights }) : undefined;
  const search = { tastes, sparse, weights, excluded: kept.tracks, k: query.k };
  const best = bestTracks(scorer, search, push);
  const tracks = query.withSkipProbability
    ? await withSkipProbabilities(scorer, record, { asked, tracks: best })
    : best;
  const list = { length: tracks.length, k: query.k, catalogue: bundle.trackIds.length };
  return {
    id: recommendationId(scorer.now(), scorer.randomBytes(10)),
    bundle: bundle.manifest.id,
    rung,
    weights,
    skips: push === undefined ? 0 : skips,
    freshness,
    tracks,
    shortenedBy: shortenedBy(kept, list),
  };
}

function bestTracks(
  scorer: Scorer,
  query: RetrievalQuery,
  push: SkipPush | undefined,
): RecommendedTrack[] {
  const average = averageParts(scorer.averages, query);
  return retrievePushed(scorer.retriever, query, push).map(({ index, score, parts, skips }) => {
    const lifts = contributionsOf(parts, average);
    const track = scorer.bundle.trackIds[index]!;
    return { track, score, contributions: { ...lifts, skips }, shares: sharesOf(lifts) };
  });
}

/** One run of each skip head, for the tracks of the list alone. */
async function withSkipProbabilities(
  scorer: Scorer,
  record: ListenerRecord | undefined,
  { asked, tracks }: { readonly asked: AskedFor; readonly tracks: readonly RecommendedTrack[] },
): Promise<readonly RecommendedTrack[]> {
  const indices = tracks.map(({ track }) => scorer.bundle.indexOf(track)!);
  const chances = await skipChances(scorer, record, { asked, tracks: indices });
  if (chances === undefined) return tracks;
  return tracks.map((track, at) => ({ ...track, skipProbability: chances[at]! }));
}
