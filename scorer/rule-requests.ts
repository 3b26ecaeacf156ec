import type { TrackId } from "../core/domain/ids.ts";
import type {
  NextTracksRequest,
  Exploration as WireExploration,
  ListRules as WireListRules,
  Page as WirePage,
  SpreadLimit as WireSpreadLimit,
} from "../proto/gen/segue/v1/recommender.ts";
import { badRequest, requireCount, requireId, requireRange } from "./bad-request.ts";
import { REQUEST_LIMITS } from "./limits.ts";
import { decodePageTracks, type Page } from "./pages.ts";
import type { ExplorationWish, NextTracksQuery } from "./recommendation.ts";
import type { ListRules, SpreadLimit } from "./rules/list-rules.ts";

/** What a request says of which tracks may be in a list, and of the list as a whole. Throws
 *  `bad_request` whose field is the wire's name of what is off. */
export function ruleWishes(request: NextTracksRequest): Partial<NextTracksQuery> {
  const { filter, market, candidateTracks, rules, diversity, exploration, page } = request;
  return {
    ...(filter !== "" && { filter }),
    ...(market !== "" && { market: marketOf(market) }),
    ...(candidateTracks.length > 0 && { candidates: candidatesOf(candidateTracks) }),
    ...(rules && { listRules: rulesOf(rules), notHeardWithinMs: rules.notHeardWithinMs }),
    ...(diversity !== 0 && { diversity: requireRange("diversity", diversity, [0, 1]) }),
    ...(exploration && { exploration: explorationOf(exploration) }),
    ...(page && { page: pageOf(page) }),
  };
}

function marketOf(market: string): string {
  if (/^[A-Z]{2}$/.test(market)) return market;
  throw badRequest("market", `market is not a country of two capital letters (ISO 3166-1 alpha-2)`);
}

/** Ids that no catalogue can hold name nothing, so only their number is checked. */
function candidatesOf(tracks: readonly string[]): readonly TrackId[] {
  requireCount("candidate_tracks", tracks, REQUEST_LIMITS.candidateTracksMax);
  return tracks as readonly TrackId[];
}

function rulesOf(rules: WireListRules): ListRules {
  return {
    perArtist: spreadOf("rules.per_artist", rules.perArtist),
    perAlbum: spreadOf("rules.per_album", rules.perAlbum),
    noNearDuplicates: rules.noNearDuplicates,
    unheardShareMin: requireRange("rules.unheard_share_min", rules.unheardShareMin, [0, 1]),
    longTailShareMin: requireRange("rules.long_tail_share_min", rules.longTailShareMin, [0, 1]),
  };
}

function spreadOf(field: string, limit: WireSpreadLimit | undefined): SpreadLimit | undefined {
  if (limit === undefined) return undefined;
  const { tracksMax } = REQUEST_LIMITS;
  requireRange(`${field}.tracks_max`, limit.tracksMax, [1, tracksMax]);
  requireRange(`${field}.window`, limit.window, [0, tracksMax]);
  // A list has no more tracks, so that a window of so many is the whole list.
  return { tracksMax: limit.tracksMax, window: limit.window || tracksMax };
}

function explorationOf(exploration: WireExploration): ExplorationWish {
  const { explorationPoolDefault, explorationPoolMax, temperatureMax } = REQUEST_LIMITS;
  const { uniform, temperature, pool = explorationPoolDefault, seed } = exploration;
  return {
    uniform: requireRange("exploration.uniform", uniform, [0, 1]),
    temperature: requireRange("exploration.temperature", temperature, [0, temperatureMax]),
    pool: requireRange("exploration.pool", pool, [2, explorationPoolMax]),
    seed,
  };
}

function pageOf({ recommendationId, tracks }: WirePage): Page {
  requireId("page.recommendation_id", recommendationId);
  const found = decodePageTracks(tracks);
  if (found !== undefined) return { recommendationId, tracks: found };
  throw badRequest("page.tracks", "page.tracks is not what a reply gave as next_page");
}
