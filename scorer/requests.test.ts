import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../core/domain/failure.ts";
import { ListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import {
  FollowListenerRequest,
  ListRules,
  NextTracksRequest,
  RankTracksRequest,
  Seeds,
  SimilarTracksRequest,
} from "../proto/gen/segue/v1/recommender.ts";
import {
  followListenerQuery,
  listenerOf,
  nextTracksQuery,
  rankTracksQuery,
  similarTracksQuery,
} from "./requests.ts";

const pendingEvent = ListeningEvent.fromPartial({
  eventId: "e",
  listener: "ada",
  track: "t",
  happenedAtMs: Date.UTC(2024, 0, 1),
});
const tooLong = "x".repeat(257);
const weights = { shortTerm: 1, longTerm: 0.5, neighbours: 0, coplay: 0, popularity: 0 };

const TEMPO = { targetTempo: 100 };
const spread = (tracksMax: number, window: number) => ({ tracksMax, window });
const rules = (some: Partial<ListRules>) => ListRules.fromPartial(some);
const seeds = (some: Partial<Seeds>) => Seeds.fromPartial(some);

const refusals: [field: string, change: Partial<NextTracksRequest>][] = [
  ["listener", { listener: "" }],
  ["listener", { listener: tooLong }],
  ["listener", { listener: "é".repeat(129) }],
  ["session", { session: tooLong }],
  ["k", { k: 0 }],
  ["k", { k: 501 }],
  ["k", { k: 4_294_967_295 }],
  ["blend.short_term", { blend: { ...weights, shortTerm: -1 } }],
  ["blend.short_term", { blend: { ...weights, shortTerm: Number.NaN } }],
  ["blend.long_term", { blend: { ...weights, longTerm: Number.POSITIVE_INFINITY } }],
  ["blend.popularity", { blend: { ...weights, popularity: 3e38 } }],
  ["blend.neighbours", { blend: { ...weights, neighbours: -0.1 } }],
  ["blend.coplay", { blend: { ...weights, coplay: Number.NaN } }],
  ["blend", { blend: { ...weights, shortTerm: 0, longTerm: 0 } }],
  ["exclude_tracks", { excludeTracks: Array(100_001).fill("t") }],
  ["exclude_heard", { excludeHeard: 33 }],
  ["pending", { pending: Array(33).fill(pendingEvent) }],
  ["pending[0].event_id", { pending: [{ ...pendingEvent, eventId: "" }] }],
  ["pending[1].track", { pending: [pendingEvent, { ...pendingEvent, track: "" }] }],
  ["pending[0].listener", { pending: [{ ...pendingEvent, listener: "bob" }] }],
  ["pending[0].happened_at_ms", { pending: [{ ...pendingEvent, happenedAtMs: 0 }] }],
  ["at_least.offset", { atLeast: { partition: 0, offset: -1 } }],
  ["asked_at_ms", { askedAtMs: 0 }],
  ["asked_at_ms", { askedAtMs: Number.MAX_SAFE_INTEGER }],
  ["market", { market: "de" }],
  ["market", { market: 'DE" in track.markets || true || "DE' }],
  ["candidate_tracks", { candidateTracks: Array(100_001).fill("t") }],
  ["rules.per_artist.tracks_max", { rules: rules({ perArtist: spread(0, 3) }) }],
  ["rules.per_album.window", { rules: rules({ perAlbum: spread(1, 501) }) }],
  ["rules.unheard_share_min", { rules: rules({ unheardShareMin: 1.1 }) }],
  ["rules.long_tail_share_min", { rules: rules({ longTailShareMin: Number.NaN }) }],
  ["boosts", { boosts: Array(9).fill({ filter: "true", score: 1 }) }],
  ["boosts[1].score", { boosts: [1, 101].map((score) => ({ filter: "true", score })) }],
  ["diversity", { diversity: -0.1 }],
  ["exploration.uniform", { exploration: { uniform: 2, temperature: 1 } }],
  ["exploration.temperature", { exploration: { uniform: 0, temperature: -1 } }],
  ["exploration.pool", { exploration: { uniform: 0, temperature: 1, pool: 1 } }],
  ["seeds", { seeds: seeds({}) }],
  ["seeds.share", { seeds: seeds({ tracks: [{ id: "t" }], share: 0 }) }],
  ["seeds.tracks", { seeds: seeds({ tracks: Array(101).fill({ id: "t" }) }) }],
  ["seeds.artists", { seeds: seeds({ artists: Array(21).fill({ id: "a" }) }) }],
  ["seeds.genres[1].id", { seeds: seeds({ genres: [{ id: "jazz" }, { id: "" }] }) }],
  ["seeds.artists[0].weight", { seeds: seeds({ artists: [{ id: "a", weight: -1 }] }) }],
  ["path.from_track", { path: { fromTrack: "", toTrack: "t" } }],
  ["path.to_track", { path: { fromTrack: "t", toTrack: tooLong } }],
  ["k", { path: { fromTrack: "t", toTrack: "t" }, k: 101 }],
  ["novelty", { path: { fromTrack: "t", toTrack: "t" }, novelty: 0 }],
  ["diversity", { path: { fromTrack: "t", toTrack: "t" }, diversity: 0.5 }],
  ["attributes.target_tempo", { path: { fromTrack: "t", toTrack: "t" }, attributes: TEMPO }],
  ["attributes.min_tempo", { attributes: { minTempo: 0 } }],
  ["attributes.min_tempo", { attributes: { minTempo: 120, maxTempo: 100 } }],
  ["attributes.max_energy", { attributes: { maxEnergy: 1.5 } }],
  ["attributes.target_valence", { attributes: { targetValence: Number.NaN } }],
  ["attributes.target_weight", { attributes: { ...TEMPO, targetWeight: 101 } }],
  ["novelty", { novelty: 1.5 }],
  ["horizon", { horizon: -1 }],
  ["page.recommendation_id", { page: { recommendationId: "", tracks: Buffer.alloc(0) } }],
  ["page.tracks", { page: { recommendationId: "r", tracks: Buffer.alloc(8) } }],
  ["page.tracks", { page: { recommendationId: "r", tracks: Buffer.alloc(7 * 2001) } }],
];

test("what a request has wrong is refused with the wire's name of the field", () => {
  for (const [field, change] of refusals) {
    const request = NextTracksRequest.fromPartial({ listener: "ada", ...change });
    assert.throws(
      () => nextTracksQuery(request),
      (error) => {
        assert.ok(error instanceof Failure);
        assert.equal(error.code, "bad_request");
        assert.equal(error.field, field);
        return error.message.startsWith(field);
      },
      field,
    );
  }
});

test("the other requests are checked alike", () => {
  const field = (name: string) => (error: unknown) =>
    error instanceof Failure && error.code === "bad_request" && error.field === name;
  const similar = (change: Partial<SimilarTracksRequest>) => () =>
    similarTracksQuery(SimilarTracksRequest.fromPartial({ track: "t", ...change }));
  assert.throws(similar({ track: "" }), field("track"));
  assert.throws(similar({ k: 501 }), field("k"));
  const rank = (change: Partial<RankTracksRequest>) => () =>
    rankTracksQuery(RankTracksRequest.fromPartial({ listener: "ada", tracks: ["t"], ...change }));
  assert.deepEqual(rank({})().candidates, ["t"]);
  assert.throws(rank({ tracks: [] }), field("tracks"));
  assert.throws(rank({ tracks: Array(1001).fill("t") }), field("tracks"));
  assert.throws(rank({ horizon: 2 }), field("horizon"));
  const follow = (change: Parameters<typeof FollowListenerRequest.fromPartial>[0]) => () =>
    followListenerQuery(FollowListenerRequest.fromPartial(change));
  const request = { listener: "ada" };
  assert.equal(follow({ request })().intervalMs, 200);
  assert.throws(follow({}), field("request"));
  assert.throws(follow({ request: { listener: "" } }), field("listener"));
  assert.throws(follow({ request, intervalMs: 49 }), field("interval_ms"));
  assert.throws(follow({ request: { ...request, page: {} } }), field("page"));
  assert.throws(() => listenerOf(""), field("listener"));
  assert.throws(() => listenerOf(tooLong), field("listener"));
});

test("a request that says only who asks gets the defaults", () => {
  const query = nextTracksQuery(NextTracksRequest.fromPartial({ listener: "ada", session: "" }));
  assert.deepEqual(query, {
    listener: "ada",
    session: undefined,
    k: 20,
    weights: undefined,
    skips: undefined,
    excludeTracks: [],
    excludeHeard: 1,
    withSkipProbability: false,
    pending: [],
    atLeast: undefined,
    askedAtMs: undefined,
  });
});

test("the limits themselves are taken", () => {
  const query = nextTracksQuery(
    NextTracksRequest.fromPartial({
      listener: "é".repeat(128),
      k: 500,
      blend: { shortTerm: 0, longTerm: 0, popularity: 0.001 },
      excludeTracks: Array(10_000).fill(tooLong),
      excludeHeard: 0,
      atLeast: { partition: 3, offset: 0 },
    }),
  );
  assert.equal(query.k, 500);
  assert.equal(query.excludeHeard, 0);
  assert.deepEqual(query.atLeast, { partition: 3, offset: 0 });
});
