import assert from "node:assert/strict";
import { test } from "node:test";
import { wholeBlend } from "../core/bundle/manifest.ts";
import type { Failure } from "../core/domain/failure.ts";
import type { ListenerId, TrackId } from "../core/domain/ids.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { hearAll, minuteMs, playOf } from "../test/fixtures/heard-store.ts";
import { artistsOf, memoryCatalogue } from "../test/support/memory-catalogue.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { newTrackWords } from "./new-track.ts";
import { rankTracks } from "./rank-tracks.ts";
import { recommend } from "./recommend.ts";
import type { NextTracksQuery, Recommendation } from "./recommendation.ts";
import { createScorer } from "./scorer.ts";
import { similarTracks } from "./similar-tracks.ts";

const COUNT = 40;
const DIMENSION = 3;
const NEW = "brand new" as TrackId;
const ada = "ada" as ListenerId;
const models = tinyModels(5, COUNT);

test("a track that the catalogue brings is in the next list, as a new one", async () => {
  const { ask, catalogue } = await world();
  const before = await ask({ k: COUNT + 10 });
  assert.equal(before.poolSize, COUNT - 1, "all but the one that was just heard");
  catalogue.say(NEW, { artists: artistsOf("ann") });
  const after = await ask({ k: COUNT + 10 });
  const found = after.tracks.find(({ track }) => track === NEW)!;
  assert.deepEqual(found.newTrack, { from: "artist", name: "ann", tracks: 4 });
  assert.equal(newTrackWords(found.newTrack!), "new, placed by 4 tracks by ann");
  assert.equal(after.poolSize, COUNT);
  assert.match(after.shortenedBy, /^the bundle has 40 tracks and 1 are new, of which/);
  const others = (list: Recommendation) => list.tracks.filter(({ track }) => track !== NEW);
  assert.deepEqual(others(after), others(before), "the others stay as they are");
  assert.ok(others(after).every(({ newTrack }) => newTrack === undefined));
});

test("a withdrawn new track is gone from the next list; one without kin never comes", async () => {
  const { ask, catalogue, scorer } = await world();
  catalogue.say(NEW, { artists: artistsOf("ann") });
  catalogue.say("of nobody", { artists: artistsOf("nobody") });
  assert.deepEqual(newOnes(await ask({ k: 100 })), [NEW]);
  assert.deepEqual(scorer.live.fresh.counts(), { shown: 1, withoutKin: 1, crowdedOut: 0 });
  catalogue.withdraw(NEW);
  assert.deepEqual(newOnes(await ask({ k: 100 })), []);
  catalogue.say("track-30", { artists: artistsOf("nobody") });
  assert.deepEqual(newOnes(await ask({ k: 100 })), ["of nobody"], "its artist is known by now");
});

test("a bundle that knows the track does not call it new", async () => {
  const { ask, catalogue } = await world();
  catalogue.say("track-7", { artists: artistsOf("ann") });
  const { tracks } = await ask({ k: 100 });
  assert.equal(tracks.find(({ track }) => track === "track-7")!.newTrack, undefined);
});

test("filters, markets, exclusions and pages hold for new tracks as for others", async () => {
  const { ask, catalogue } = await world();
  catalogue.say(NEW, { artists: artistsOf("ann"), genres: ["jazz"], markets: ["DE"] });
  const isIn = async (query: Partial<NextTracksQuery>) =>
    newOnes(await ask({ k: 100, ...query })).length === 1;
  assert.equal(await isIn({ filter: '"jazz" in track.genres' }), true);
  assert.equal(await isIn({ filter: 'track.id == "brand new"' }), true);
  assert.equal(await isIn({ filter: '"folk" in track.genres' }), false);
  assert.equal(await isIn({ market: "DE" }), true);
  assert.equal(await isIn({ market: "FR" }), false);
  assert.equal(await isIn({ excludeTracks: [NEW] }), false);
  const one = await ask({ k: 5, candidates: [NEW, "track-3" as TrackId, "unknown" as TrackId] });
  assert.equal(one.tracks.length, 2);
  assert.ok(newOnes(one).length === 1);
  const boosts = [{ filter: 'track.id == "brand new"', score: 50 }];
  const steering = { boosts, targets: { weight: 1 }, novelty: 0.5 };
  const first = await ask({ k: 5, steering });
  assert.equal(first.tracks[0]!.track, NEW);
  const second = await ask({ k: 100, steering, page: first.nextPage });
  assert.deepEqual(newOnes(second), []);
});

test("a heard new track stays out as others do, counts for the rules and is named", async () => {
  const { ask, hear, catalogue, scorer } = await world();
  catalogue.say(NEW, { artists: artistsOf("ann") });
  catalogue.say("newer still", { artists: artistsOf("ann") });
  await hear([playOf(NEW, 1), playOf("track-2", 2)]);
  assert.deepEqual(newOnes(await ask({ k: 100 })).toSorted(), [NEW, "newer still"]);
  assert.deepEqual(newOnes(await ask({ k: 100, excludeHeard: 2 })), ["newer still"]);
  const only = { k: 1, candidates: [NEW, "newer still" as TrackId] };
  const unheard = { ...only, k: 2, listRules: { unheardShareMin: 1 } };
  assert.deepEqual(newOnes(await ask(unheard)), ["newer still"]);
  const longTail = await ask({ ...only, k: 2, listRules: { longTailShareMin: 1 } });
  assert.equal(longTail.tracks.length, 2, "nobody has played them: they are of the long tail");
  const perArtist = await ask({
    ...only,
    k: 2,
    listRules: { perArtist: { tracksMax: 1, window: 2 } },
  });
  assert.equal(perArtist.tracks.length, 1);
  await hear([playOf(NEW, 3, { kind: "disliked" })]);
  assert.deepEqual(newOnes(await ask({ k: 100, excludeHeard: 0 })), ["newer still"]);
  const { index } = scorer.live.tracks.scored(scorer.live.tracks.indexOf(NEW)!);
  assert.equal(scorer.live.tracks.idOf(index), NEW);
});

test("a skipped new track pushes what is like it", async () => {
  const { ask, hear, catalogue } = await world();
  catalogue.say(NEW, { artists: artistsOf("ann") });
  assert.deepEqual(newOnes(await ask({ k: 100 })), [NEW]);
  await hear([playOf(NEW, 1, { kind: "skipped", playedMs: 2000 })]);
  const { tracks, skips } = await ask({ k: 100, skips: 3, excludeHeard: 0 });
  assert.equal(skips, 3);
  assert.ok(tracks.every((track) => track.contributions.skips !== 0));
});

test("new tracks are explained, chosen by diversity and foretold skips of", async () => {
  const { ask, catalogue } = await world();
  catalogue.say(NEW, { artists: artistsOf("ann") });
  const query = { k: 60, explainEvents: 5, withSkipProbability: true, excludeHeard: 0 };
  const { tracks, explained } = await ask(query);
  assert.deepEqual(explained, { events: 1, exact: true });
  const found = tracks.find(({ track }) => track === NEW)!;
  assert.equal(found.skipProbability, 0.5);
  const influences = [...found.influences!.broughtBy, ...found.influences!.heldBackBy];
  assert.deepEqual(
    influences.map(({ track }) => track),
    ["track-0"],
  );
  assert.ok(Math.abs(influences[0]!.effect) > 0.001);
  const diverse = await ask({ k: 60, diversity: 0.5 });
  assert.deepEqual(newOnes(diverse), [NEW]);
  const explored = await ask({ k: 60, exploration: { uniform: 1, temperature: 0, pool: 60 } });
  assert.deepEqual(newOnes(explored), [NEW]);
});

test("new tracks can be ranked, be seeds, ends of a path and like others", async () => {
  const { ask, catalogue, scorer } = await world();
  catalogue.say(NEW, { artists: artistsOf("ann") });
  const ranked = await rankTracks(scorer, {
    ...{ listener: ada, k: 1, candidates: ["x", NEW, "track-3"] as TrackId[] },
  });
  assert.deepEqual(ranked.unknown, ["x"]);
  assert.deepEqual(newOnes(ranked.recommendation), [NEW]);
  const weights = wholeBlend({ short: 1 });
  const seeds = { tracks: [{ id: NEW, weight: 1 }], artists: [], genres: [], share: 1 };
  assert.equal((await ask({ seeds, weights })).tracks.length, 10);
  const path = { from: "track-9" as TrackId, to: NEW };
  const along = await ask({ path, k: 6 });
  assert.equal(along.tracks.at(-1)!.track, NEW);
  assert.notEqual(along.tracks.at(-1)!.newTrack, undefined);
  const like = await similarTracks(scorer, { track: NEW, k: COUNT + 1 });
  assert.equal(like.tracks.length, COUNT);
  assert.ok(like.tracks.every(({ track }) => track !== NEW));
  const other = await similarTracks(scorer, { track: "track-1" as TrackId, k: COUNT + 1 });
  const told = other.tracks.find(({ track }) => track === NEW)!;
  assert.equal(told.newTrack!.name, "ann");
});

test("a withdrawn track is like no other", async () => {
  const { catalogue, scorer } = await world();
  catalogue.withdraw("track-4");
  const { tracks } = await similarTracks(scorer, { track: "track-1" as TrackId, k: COUNT });
  assert.equal(tracks.length, COUNT - 2);
  assert.ok(tracks.every(({ track }) => track !== "track-4"));
  const unknown = similarTracks(scorer, { track: NEW, k: 3 });
  await assert.rejects(unknown, (error: Failure) => error.field === "track");
});

test("a scorer that holds no new tracks recommends none", async () => {
  const { ask, catalogue } = await world(0);
  catalogue.say(NEW, { artists: artistsOf("ann") });
  assert.deepEqual(newOnes(await ask({ k: 100 })), []);
});

/** A scorer whose catalogue has four tracks by Ann, for a listener who heard track-0. */
async function world(newTracksMax?: number) {
  const catalogue = memoryCatalogue();
  for (const row of [3, 8, 12, 20]) catalogue.say(`track-${row}`, { artists: artistsOf("ann") });
  const state = createMemoryStore();
  const { bundle } = models;
  const short = { ...bundle.models.short!, skip: new Uint8Array(1) };
  const scorer = createScorer({
    bundle: { ...bundle, models: { ...bundle.models, short } },
    runner: { ...models.runner, taste: async (_, hidden) => hidden.slice(0, DIMENSION) },
    state,
    catalogue,
    newTracksMax,
    partitions: 1,
    now: () => minuteMs(1),
    randomBytes: (length) => new Uint8Array(length).fill(255),
    notice: (failure) => assert.fail(failure),
  });
  await scorer.live.upToDate();
  const hear = (events: Parameters<typeof hearAll>[2]) => hearAll(state, models, events);
  await hear([playOf("track-0", 0)]);
  const ask = (query: Partial<NextTracksQuery>) =>
    recommend(scorer, { listener: ada, k: 10, ...query });
  return { scorer, catalogue, hear, ask };
}

function newOnes({ tracks }: Recommendation): TrackId[] {
  return tracks.filter(({ newTrack }) => newTrack !== undefined).map(({ track }) => track);
}
