import { Environment } from "@marcbachmann/cel-js";
import type { CatalogueTrack } from "../../core/catalogue/catalogue-track.ts";
import { trackHash } from "../../core/domain/hash.ts";
import type { ListenerId, TrackId } from "../../core/domain/ids.ts";
import type { ListenerRecord } from "../../core/state/listener-record.ts";
import { listenerRecord } from "../../core/state/stored-record.ts";
import type {
  NextTracksRequest,
  NextTracksResponse,
  SpreadLimit,
} from "../../proto/gen/segue/v1/recommender.ts";
import { TRACK_FIELDS } from "../../scorer/catalogue/filter/parse-filter.ts";
import { ASKED_AT_MS, type RulesWorld } from "./world.ts";

/** Says in its own words, from request, record and catalogue alone, what a reply does that it must
 *  not do: nothing of the code that made the list is asked. Returns a sentence for each. */
export function violationsOf(
  world: RulesWorld,
  request: NextTracksRequest,
  reply: NextTracksResponse,
): string[] {
  const stored = world.scorer.state.read(request.listener as ListenerId);
  const record = stored && listenerRecord(stored);
  const { trackIds } = world.scorer.bundle;
  const pool = trackIds.filter((track) => mayBeListed(world, request, { record, track }));
  const list = reply.tracks.map(({ track }) => track as TrackId);
  const facts: Facts = { world, request, record };
  const broken: string[] = [];
  const say = (isBroken: boolean, sentence: string) => isBroken && broken.push(sentence);
  say(list.length > request.k!, "the list is longer than k");
  say(new Set(list).size < list.length, "a track comes twice");
  for (const track of list) say(!pool.includes(track), `${track} is kept out by a filter or rule`);
  say(reply.poolSize !== pool.length, `the pool has ${pool.length} tracks, not ${reply.poolSize}`);
  for (const sentence of brokenListRules(facts, list)) broken.push(sentence);
  for (const { rule, before, after } of reply.pool) {
    say(!(after >= 0 && after <= before), `${rule} leaves ${after} of ${before}`);
  }
  const odd = reply.tracks.find(({ propensity }) => !(propensity > 0 && propensity <= 1 + 1e-6));
  say(odd !== undefined, `a propensity is ${odd?.propensity}`);
  say(request.exploration === undefined && reply.tracks.some(isDrawn), "a draw nobody asked for");
  const isShort = list.length < request.k!;
  say(isShort === (reply.shortenedBy === ""), "a short list, and only that, says why");
  const { unheardShareMin = 0, longTailShareMin = 0 } = request.rules ?? {};
  if (isShort && unheardShareMin === 0 && longTailShareMin === 0) {
    const more = pool.find((track) => {
      return !list.includes(track) && brokenListRules(facts, [...list, track]).length === 0;
    });
    // The goal of a path has the last place alone.
    const isGoal = more === request.path?.toTrack;
    say(more !== undefined && !isGoal, `the list is short, and ${more} could come next`);
  }
  return broken;
}

function isDrawn({ propensity }: { readonly propensity: number }): boolean {
  return propensity !== 1;
}

interface Facts {
  readonly world: RulesWorld;
  readonly request: NextTracksRequest;
  readonly record: ListenerRecord | undefined;
}

const cel = new Environment()
  .registerType("Track", { fields: { ...TRACK_FIELDS } })
  .registerVariable("track", "Track");
const parsed = new Map<string, ReturnType<typeof cel.parse>>();

function passes(filter: string, track: CatalogueTrack): boolean {
  let expression = parsed.get(filter);
  if (expression === undefined) {
    expression = cel.parse(filter);
    parsed.set(filter, expression);
  }
  return expression({
    track: {
      ...track,
      id: track.track,
      artists: track.artists.map(({ id }) => id),
      release_year: BigInt(track.releaseDate),
      energy: track.energy ?? Number.NaN,
    },
  });
}

function mayBeListed(
  { catalogue }: RulesWorld,
  request: NextTracksRequest,
  { record, track }: { readonly record: ListenerRecord | undefined; readonly track: TrackId },
): boolean {
  const { candidateTracks, excludeTracks, excludeHeard = 1, filter, market, attributes } = request;
  if (candidateTracks.length > 0 && !candidateTracks.includes(track)) return false;
  if (excludeTracks.includes(track) || request.path?.fromTrack === track) return false;
  const hash = trackHash(track);
  if (record?.disliked.includes(hash)) return false;
  const recent = record?.recent ?? [];
  const last = [...new Set(recent.map((event) => event.track).reverse())].slice(0, excludeHeard);
  if (last.includes(hash)) return false;
  const within = request.rules?.notHeardWithinMs;
  if (within !== undefined) {
    const sinceMs = ASKED_AT_MS - within;
    if (recent.some((event) => event.track === hash && event.happenedAtMs >= sinceMs)) return false;
  }
  const known = catalogue.get(track);
  if (filter !== "" && !(known && passes(filter, known))) return false;
  if (market !== "" && !(known && (known.markets.length === 0 || known.markets.includes(market)))) {
    return false;
  }
  const { minTempo, maxTempo, minEnergy, maxValence } = attributes ?? {};
  const { tempo = Number.NaN, energy = Number.NaN, valence = Number.NaN } = known ?? {};
  if (minTempo !== undefined && !(tempo >= minTempo)) return false;
  if (maxTempo !== undefined && !(tempo <= maxTempo)) return false;
  if (minEnergy !== undefined && !(energy >= minEnergy)) return false;
  return maxValence === undefined || valence <= maxValence;
}

function brokenListRules(facts: Facts, list: readonly TrackId[]): string[] {
  const { rules } = facts.request;
  if (rules === undefined) return [];
  const { catalogue, scorer } = facts.world;
  const tracks = list.map((track) => catalogue.get(track));
  const artists = tracks.map((track) => track?.artists.map(({ id }) => id) ?? []);
  const albums = tracks.map((track) => (track?.album.id ? [track.album.id] : []));
  const recent = facts.record?.recent ?? [];
  const isHeard = (track: TrackId) => recent.some((event) => event.track === trackHash(track));
  const unheard = list.filter((track) => !isHeard(track)).length;
  const longTail = list.filter((track) => isLongTail(scorer.bundle, track)).length;
  const heard = scorer.bundle.trackIds.filter(isHeard).map((track) => catalogue.get(track));
  return [
    ...brokenSpread("artist", rules.perArtist, artists),
    ...brokenSpread("album", rules.perAlbum, albums),
    ...(rules.noNearDuplicates ? duplicatesOf(tracks, heard) : []),
    ...brokenShare("unheard", rules.unheardShareMin, unheard / list.length),
    ...brokenShare("long tail", rules.longTailShareMin, longTail / list.length),
  ];
}

function brokenSpread(
  kind: string,
  limit: SpreadLimit | undefined,
  ids: readonly (readonly string[])[],
): string[] {
  if (limit === undefined) return [];
  const { tracksMax, window } = limit;
  return ids.flatMap((own, at) => {
    const before = ids.slice(window === 0 ? 0 : Math.max(0, at - window + 1), at);
    const full = own.find((id) => before.filter((other) => other.includes(id)).length >= tracksMax);
    return full === undefined ? [] : [`too many of ${kind} ${full} at place ${at}`];
  });
}

function duplicatesOf(
  tracks: readonly (CatalogueTrack | undefined)[],
  heard: readonly (CatalogueTrack | undefined)[],
): string[] {
  const seen = new Set(heard.map(recordingOf));
  return tracks.flatMap((track) => {
    const recording = recordingOf(track);
    if (recording === undefined) return [];
    const isDouble = seen.has(recording);
    seen.add(recording);
    return isDouble ? [`${track!.track} is of a recording that is there already`] : [];
  });
}

function recordingOf(track: CatalogueTrack | undefined): string | undefined {
  if (track?.recording) return `recording ${track.recording}`;
  return track?.title ? `${track.artists[0]!.id}: ${track.title}` : undefined;
}

function brokenShare(kind: string, least: number, share: number): string[] {
  return share < least - 1e-9 ? [`the share of ${kind} is ${share}, below ${least}`] : [];
}

/** Popularity falls from track to track, and is the same in every world. */
function isLongTail(
  { popularity, indexOf }: RulesWorld["scorer"]["bundle"],
  track: TrackId,
): boolean {
  headTracks ??= headOf(popularity);
  return indexOf(track)! >= headTracks;
}

let headTracks: number | undefined;

/** How many of the most popular tracks have 80% of all plays. */
function headOf(popularity: Float32Array): number {
  const plays = Array.from(popularity, Math.exp);
  const all = plays.reduce((sum, share) => sum + share, 0);
  let sum = 0;
  return plays.findIndex((share) => {
    const isTail = sum >= 0.8 * all;
    sum += share;
    return isTail;
  });
}
