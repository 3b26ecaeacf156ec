import { wholeBlend } from "../core/bundle/manifest.ts";
import { chooseBlend } from "./blend.ts";
import { REQUEST_LIMITS } from "./limits.ts";
import { readState } from "./read-state.ts";
import type { NextTracksQuery, Recommendation, RecommendedTrack } from "./recommendation.ts";
import { recommendationId } from "./recommendation-id.ts";
import type { RetrievalQuery, Tastes } from "./retrieval/retriever.ts";
import { keepOut, shortenedBy } from "./rules.ts";
import type { Scorer } from "./scorer.ts";
import { averageParts, contributionsOf, sharesOf } from "./shares.ts";
import { sessionTracks } from "./sources/session-tracks.ts";
import { isInSession, longTermTaste, shortTermTaste } from "./tastes.ts";

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
  const search = { tastes, sparse, weights, excluded: kept.tracks, k: query.k };
  const tracks = bestTracks(scorer, search);
  const list = { length: tracks.length, k: query.k, catalogue: bundle.trackIds.length };
  return {
    id: recommendationId(scorer.now(), scorer.randomBytes(10)),
    bundle: bundle.manifest.id,
    rung,
    weights,
    freshness,
    tracks,
    shortenedBy: shortenedBy(kept, list),
  };
}

function bestTracks(scorer: Scorer, query: RetrievalQuery): RecommendedTrack[] {
  const average = averageParts(scorer.averages, query);
  return scorer.retriever.retrieve(query).map(({ index, score, parts }) => {
    const contributions = contributionsOf(parts, average);
    const track = scorer.bundle.trackIds[index]!;
    return { track, score, contributions, shares: sharesOf(contributions) };
  });
}
