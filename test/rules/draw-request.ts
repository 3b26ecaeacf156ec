import fc from "fast-check";
import { NextTracksRequest } from "../../proto/gen/segue/v1/recommender.ts";
import { ASKED_AT_MS, WORLD_TRACKS } from "./world.ts";

const some = <T>(...values: readonly T[]) => fc.constantFrom(...values);
/** Now and then one that the bundle does not know. */
const track = fc.integer({ min: 0, max: WORLD_TRACKS + 1 }).map((at) => `track-${at}`);
const known = fc.integer({ min: 0, max: WORLD_TRACKS - 1 }).map((at) => `track-${at}`);
const share = some(0, 0.1, 0.25, 0.5, 0.9, 1);
const spread = fc.record({ tracksMax: some(1, 2, 3), window: some(0, 2, 3, 5, 10) });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const rarely = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 3 }, { arbitrary: value, weight: 1 });

export const FILTERS = [
  "track.release_year > 1990 && !track.explicit",
  'track.genres.exists(g, g == "jazz")',
  '"folk" in track.genres || track.energy >= 0.5',
  'track.artists.all(a, a != "artist-1")',
  "size(track.genres) > 1",
] as const;
const filter = some(...FILTERS);

const rules = fc.record({
  perArtist: optional(spread),
  perAlbum: optional(spread),
  notHeardWithinMs: some(0, 0, 600_000, 3_600_000),
  noNearDuplicates: fc.boolean(),
  unheardShareMin: share,
  longTailShareMin: share,
});

const attributes = fc.record({
  minTempo: rarely(some(60, 90)),
  maxTempo: rarely(some(100, 150)),
  minEnergy: rarely(some(0.25, 0.5)),
  maxValence: rarely(some(0.5, 0.75)),
});
const targets = fc.record({
  targetTempo: rarely(some(80, 120)),
  targetEnergy: rarely(some(0, 0.8)),
  targetWeight: rarely(some(0, 2, 50)),
});

const common = {
  listener: some("ada", "bob", "cyd", "nobody"),
  k: some(1, 5, 10, 20, 40),
  excludeTracks: fc.oneof(fc.constant<string[]>([]), fc.array(track, { maxLength: 40 })),
  excludeHeard: rarely(some(0, 1, 5, 32)),
  candidateTracks: fc.oneof(
    { arbitrary: fc.constant<string[]>([]), weight: 3 },
    { arbitrary: fc.array(track, { minLength: 1, maxLength: 60 }), weight: 1 },
  ),
  market: some("", "", "DE", "BR"),
  rules: optional(rules),
};

const blended = fc
  .record({
    ...common,
    filter: fc.oneof(fc.constant(""), filter),
    attributes: optional(
      fc.tuple(attributes, targets).map(([one, other]) => ({ ...one, ...other })),
    ),
    boosts: fc.array(fc.record({ filter, score: some(-3, 0.5, 20) }), { maxLength: 2 }),
    diversity: some(0, 0, 0.3, 1),
    exploration: rarely(
      fc.record({
        uniform: some(0, 0.1, 1),
        temperature: some(0, 0.5, 100),
        pool: rarely(some(2, 10, 200)),
        seed: rarely(fc.integer({ min: 0, max: 2 ** 32 - 1 })),
      }),
    ),
    seeds: rarely(
      fc.record({ tracks: fc.array(fc.record({ id: known }), { minLength: 1, maxLength: 3 }) }),
    ),
    novelty: rarely(some(-1, 0.5, 1)),
    horizon: rarely(some(0, 0.3, 1)),
  })
  .map((request) => NextTracksRequest.fromPartial({ ...request, askedAtMs: ASKED_AT_MS }));

const onPath = fc
  .record({
    ...common,
    filter: fc.oneof(fc.constant(""), filter),
    attributes: optional(attributes),
    path: fc.record({ fromTrack: known, toTrack: known }),
  })
  .map((request) => NextTracksRequest.fromPartial({ ...request, askedAtMs: ASKED_AT_MS }));

/** Requests of every kind, in which rules meet each other. */
export const request = fc.oneof(
  { arbitrary: blended, weight: 9 },
  { arbitrary: onPath, weight: 1 },
);
