import type { TrackId } from "../core/domain/ids.ts";
import type {
  NextTracksRequest,
  Attributes as WireAttributes,
  Boost as WireBoost,
  Path as WirePath,
  Seed as WireSeed,
  Seeds as WireSeeds,
} from "../proto/gen/segue/v1/recommender.ts";
import type { Steering, Targets } from "./adjustment.ts";
import { badRequest, requireCount, requireId, requireRange } from "./bad-request.ts";
import { REQUEST_LIMITS } from "./limits.ts";
import type { PathWish } from "./path.ts";
import type { NextTracksQuery } from "./recommendation.ts";
import type { Seed, Seeds } from "./seeds.ts";

/** What a request says of where a list shall go. Throws `bad_request` whose field is the wire's
 *  name of what is off. */
export function steeringWishes(request: NextTracksRequest): Partial<NextTracksQuery> {
  const { boosts, seeds, path, attributes, novelty, horizon } = request;
  const targets = attributes && targetsOf(attributes);
  const isSteered = boosts.length > 0 || targets !== undefined || novelty !== undefined;
  return {
    ...(isSteered && { steering: steeringOf(boosts, targets, novelty) }),
    ...(attributes && { ranges: rangesOf(attributes) }),
    ...(seeds && { seeds: seedsOf(seeds) }),
    ...(path && { path: pathOf(request, path) }),
    ...(horizon !== undefined && { horizon: requireRange("horizon", horizon, [0, 1]) }),
  };
}

function steeringOf(
  boosts: readonly WireBoost[],
  targets: Targets | undefined,
  novelty = 0,
): Steering {
  const { boostsMax, boostScoreMax, targetWeightDefault } = REQUEST_LIMITS;
  requireCount("boosts", boosts, boostsMax);
  for (const [at, { score }] of boosts.entries()) {
    requireRange(`boosts[${at}].score`, score, [-boostScoreMax, boostScoreMax]);
  }
  return {
    boosts: boosts.map(({ filter, score }) => ({ filter, score })),
    targets: targets ?? { weight: targetWeightDefault },
    novelty: requireRange("novelty", novelty, [-1, 1]),
  };
}

/** The attributes, each with its least and its greatest value. */
const RANGES = {
  tempo: [Number.MIN_VALUE, REQUEST_LIMITS.tempoMax],
  energy: [0, 1],
  valence: [0, 1],
} as const;
type Attribute = keyof typeof RANGES;

function limitsOf(attributes: WireAttributes, attribute: Attribute) {
  switch (attribute) {
    case "tempo":
      return [attributes.minTempo, attributes.maxTempo, attributes.targetTempo] as const;
    case "energy":
      return [attributes.minEnergy, attributes.maxEnergy, attributes.targetEnergy] as const;
    case "valence":
      return [attributes.minValence, attributes.maxValence, attributes.targetValence] as const;
  }
}

function checked(name: string, attribute: Attribute, value: number | undefined) {
  if (value === undefined) return undefined;
  const [least, most] = RANGES[attribute];
  const field = `attributes.${name}_${attribute}`;
  if (value >= least && value <= most) return value;
  const from = least === 0 ? "0" : "above 0";
  throw badRequest(field, `${field} is ${value}, not ${from} to ${most}`);
}

function targetsOf(attributes: WireAttributes): Targets {
  const { targetWeightDefault, targetWeightMax } = REQUEST_LIMITS;
  const { targetWeight = targetWeightDefault } = attributes;
  const target = (attribute: Attribute) =>
    checked("target", attribute, limitsOf(attributes, attribute)[2]);
  return {
    tempo: target("tempo"),
    energy: target("energy"),
    valence: target("valence"),
    weight: requireRange("attributes.target_weight", targetWeight, [0, targetWeightMax]),
  };
}

/** The ranges as a filter; undefined where there is none. */
function rangesOf(attributes: WireAttributes): string | undefined {
  const conditions: string[] = [];
  for (const attribute of ["tempo", "energy", "valence"] as const) {
    const [min, max] = limitsOf(attributes, attribute);
    const [least, most] = [checked("min", attribute, min), checked("max", attribute, max)];
    if (least !== undefined && most !== undefined && least > most) {
      const field = `attributes.min_${attribute}`;
      throw badRequest(field, `${field} is above attributes.max_${attribute}`);
    }
    if (least !== undefined) conditions.push(`track.${attribute} >= ${celDouble(least)}`);
    if (most !== undefined) conditions.push(`track.${attribute} <= ${celDouble(most)}`);
  }
  return conditions.length === 0 ? undefined : conditions.join(" && ");
}

/** Exponents such as 1e-7 are CEL's too; whole numbers need a point to be doubles. */
function celDouble(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function seedsOf({ tracks, artists, genres, share = 1 }: WireSeeds): Seeds {
  const { seedTracksMax, seedGroupsMax } = REQUEST_LIMITS;
  if (tracks.length + artists.length + genres.length === 0) {
    throw badRequest("seeds", "seeds has no seed");
  }
  if (!(share > 0 && share <= 1)) {
    throw badRequest("seeds.share", `seeds.share is ${share}, not above 0 to 1`);
  }
  return {
    tracks: seedList("seeds.tracks", tracks, seedTracksMax),
    artists: seedList("seeds.artists", artists, seedGroupsMax),
    genres: seedList("seeds.genres", genres, seedGroupsMax),
    share,
  };
}

function seedList(field: string, seeds: readonly WireSeed[], most: number): readonly Seed[] {
  requireCount(field, seeds, most);
  return seeds.map(({ id, weight = 1 }, at) => {
    const { seedWeightMax } = REQUEST_LIMITS;
    if (!(weight > 0 && weight <= seedWeightMax)) {
      const name = `${field}[${at}].weight`;
      throw badRequest(name, `${name} is ${weight}, not above 0 to ${seedWeightMax}`);
    }
    return { id: requireId(`${field}[${at}].id`, id), weight };
  });
}

function pathOf(request: NextTracksRequest, path: WirePath): PathWish {
  const { k = REQUEST_LIMITS.tracksDefault, attributes } = request;
  const { pathTracksMax } = REQUEST_LIMITS;
  if (k > pathTracksMax) {
    throw badRequest("k", `k is ${k}, more than the ${pathTracksMax} that a path may have`);
  }
  const others = {
    blend: request.blend,
    seeds: request.seeds,
    exploration: request.exploration,
    novelty: request.novelty,
    horizon: request.horizon,
    page: request.page,
    boosts: request.boosts[0],
    diversity: request.diversity || undefined,
    "attributes.target_tempo": attributes?.targetTempo,
    "attributes.target_energy": attributes?.targetEnergy,
    "attributes.target_valence": attributes?.targetValence,
  };
  for (const [field, value] of Object.entries(others)) {
    if (value !== undefined) throw badRequest(field, `${field} cannot go with a path`);
  }
  return {
    from: requireId("path.from_track", path.fromTrack) as TrackId,
    to: requireId("path.to_track", path.toTrack) as TrackId,
  };
}
