import assert from "node:assert/strict";
import { test } from "node:test";
import { wholeBlend } from "../core/bundle/manifest.ts";
import type { Failure } from "../core/domain/failure.ts";
import type { ListenerId, TrackId, TrackIndex } from "../core/domain/ids.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { hearAll, minuteMs, playOf } from "../test/fixtures/heard-store.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { UNTOLD } from "../test/support/untold-track.ts";
import { atHorizon } from "./hear-sources.ts";
import { recommend } from "./recommend.ts";
import type { NextTracksQuery, Recommendation } from "./recommendation.ts";
import { dot, unitVector } from "./rules/choose.ts";
import { createScorer } from "./scorer.ts";

const COUNT = 60;
const models = tinyModels(5, COUNT);
const { outputVectors, dimension } = models.bundle.models.short!;
const ada = "ada" as ListenerId;
const unitOf = (track: number) =>
  unitVector(outputVectors.subarray(track * dimension, (track + 1) * dimension));

test("pages go on where a list ended, and never repeat a track", async () => {
  const { ask } = await heardScorer();
  const seen = new Set<TrackId>();
  let page: NextTracksQuery["page"];
  let first: string | undefined;
  let pages = 0;
  do {
    const reply = await ask({ k: 25, page });
    for (const { track } of reply.tracks) {
      assert.ok(!seen.has(track), `${track} comes again`);
      seen.add(track);
    }
    first ??= reply.id;
    page = reply.nextPage;
    if (page !== undefined) assert.equal(page.recommendationId, first);
    pages += 1;
  } while (page !== undefined);
  assert.equal(pages, 3);
  assert.equal(seen.size, COUNT - 1, "all but the one that was just heard");
});

test("seeds alone give the tracks that are nearest to them, to anybody", async () => {
  const { ask } = await heardScorer();
  const seeds = { tracks: [{ id: "track-9", weight: 1 }], artists: [], genres: [], share: 1 };
  const weights = wholeBlend({ short: 1 });
  const known = await ask({ seeds, weights, k: 5, excludeHeard: 0 });
  const stranger = await ask({ seeds, weights, k: 5, listener: "bob" as ListenerId });
  assert.deepEqual(tracksOf(known), tracksOf(stranger));
  const all = models.bundle.trackIds.map((track, row) => {
    const vector = outputVectors.subarray(row * dimension, (row + 1) * dimension);
    return { track, score: dot(unitOf(9), vector) };
  });
  all.sort((one, other) => other.score - one.score);
  assert.deepEqual(
    tracksOf(known),
    all.slice(0, 5).map(({ track }) => track),
  );
});

test("the more seeds share, the nearer the list is to them", async () => {
  const { ask } = await heardScorer();
  const unit = unitOf(40);
  const nearness: number[] = [];
  for (const share of [0.01, 0.5, 1]) {
    const tracks = [{ id: "track-40", weight: 2 }];
    const seeds = { tracks, artists: [], genres: [], share };
    const { tracks: list } = await ask({ seeds, weights: wholeBlend({ short: 1 }), k: 10 });
    const cosines = list.map(({ track }) => {
      return dot(unit, unitOf(models.bundle.indexOf(track)!));
    });
    nearness.push(cosines.reduce((sum, cosine) => sum + cosine, 0));
  }
  assert.ok(nearness[0]! < nearness[1]! && nearness[1]! < nearness[2]!, String(nearness));
});

test("artists and genres are seeds by the catalogue, and unknown ones refused", async () => {
  const { scorer, ask } = await heardScorer();
  scorer.live.columns.set(9 as TrackIndex, {
    ...UNTOLD,
    track: "track-9" as TrackId,
    artists: [{ id: 'the "artist"', name: "" }],
    genres: ["jazz"],
  });
  const seed = (kind: "tracks" | "artists" | "genres", id: string) => {
    const none = { tracks: [], artists: [], genres: [], share: 1 };
    return ask({ seeds: { ...none, [kind]: [{ id, weight: 1 }] } });
  };
  const byTrack = tracksOf(await seed("tracks", "track-9"));
  assert.deepEqual(tracksOf(await seed("artists", 'the "artist"')), byTrack);
  assert.deepEqual(tracksOf(await seed("genres", "jazz")), byTrack);
  const refused = (field: string) => (error: Failure) => error.field === field;
  await assert.rejects(seed("genres", "folk"), refused("seeds.genres[0].id"));
  await assert.rejects(seed("artists", "nobody"), refused("seeds.artists[0].id"));
  await assert.rejects(seed("tracks", "no-such"), refused("seeds.tracks[0].id"));
});

test("a path ends at its goal, and comes nearer to it", async () => {
  const { ask } = await heardScorer();
  const path = { from: "track-20" as TrackId, to: "track-30" as TrackId };
  const { tracks, rung, weights } = await ask({ path, k: 8 });
  assert.equal(rung, "short_term");
  assert.deepEqual(weights, wholeBlend({ short: 1 }));
  const list = tracks.map(({ track }) => track);
  assert.equal(list.at(-1), "track-30");
  assert.ok(!list.includes(path.from));
  assert.equal(new Set(list).size, 8);
  const goal = unitOf(30);
  const cosines = list.map((track) => dot(goal, unitOf(models.bundle.indexOf(track)!)));
  const half = (from: number) => cosines.slice(from, from + 4).reduce((sum, one) => sum + one, 0);
  assert.ok(half(4) > half(0), String(cosines));
  const unknown = ask({ path: { ...path, to: "no-such" as TrackId } });
  await assert.rejects(unknown, (error: Failure) => error.field === "path.to_track");
});

test("the horizon goes from the session's sources to the long-term model", () => {
  const weights = wholeBlend({ short: 1, long: 2, neighbours: 3, coplay: 4, popularity: 5 });
  assert.deepEqual(atHorizon(weights), weights);
  assert.deepEqual(atHorizon(weights, 0.5), weights);
  assert.deepEqual(atHorizon(weights, 0), { ...weights, long: 0 });
  assert.deepEqual(atHorizon(weights, 0.75), {
    ...weights,
    short: 0.5,
    neighbours: 1.5,
    coplay: 2,
  });
  assert.deepEqual(atHorizon(weights, 1), wholeBlend({ long: 2, popularity: 5 }));
});

test("an exploring list can be drawn again with the seed that it tells", async () => {
  const { ask } = await heardScorer();
  const exploration = { uniform: 0.2, temperature: 1, pool: 20 };
  const drawn = await ask({ exploration });
  assert.equal(drawn.explorationSeed, 0xffffffff, "of the scorer's random bytes");
  const again = await ask({ exploration: { ...exploration, seed: drawn.explorationSeed } });
  assert.deepEqual(again.tracks, drawn.tracks);
  assert.ok(drawn.tracks.every(({ propensity }) => propensity > 0.2 / 20 - 1e-9));
  const other = await ask({ exploration: { ...exploration, seed: 1 } });
  assert.notDeepEqual(tracksOf(other), tracksOf(drawn));
  assert.equal((await ask({})).explorationSeed, undefined);
});

test("a reply says how far back a full record remembers", async () => {
  const { ask, hear } = await heardScorer();
  assert.equal((await ask({})).memorySinceMs, undefined);
  const plays = Array.from({ length: 32 }, (_, at) => playOf(`track-${at}`, 10 + at));
  await hear(plays);
  assert.equal((await ask({})).memorySinceMs, minuteMs(10));
});

test("a listener's view never goes backwards while events are heard", async () => {
  const { ask, hear } = await heardScorer();
  let isDone = false;
  const hearing = (async () => {
    for (let minute = 1; minute <= 30; minute++) {
      await hear([playOf(`track-${minute}`, minute)]);
      await new Promise(setImmediate);
    }
    isDone = true;
  })();
  const seen: number[] = [];
  while (!isDone) {
    const { freshness, tracks } = await ask({ excludeHeard: 32 });
    const offset = freshness.seen!.offset;
    seen.push(offset);
    // What the reply says that it has seen is in its list: the track of that record is out.
    assert.ok(!tracks.some(({ track }) => track === `track-${offset}`));
    await new Promise(setImmediate);
  }
  await hearing;
  assert.deepEqual(
    seen,
    seen.toSorted((one, other) => one - other),
  );
  assert.ok(new Set(seen).size > 5, "it was asked meanwhile");
});

/** A scorer on a store in which ada heard track-0. */
async function heardScorer() {
  const state = createMemoryStore();
  const popularity = Float32Array.from({ length: COUNT }, (_, row) => -row);
  const scorer = createScorer({
    bundle: { ...models.bundle, popularity },
    runner: models.runner,
    state,
    partitions: 1,
    now: () => minuteMs(1),
    randomBytes: (length) => new Uint8Array(length).fill(255),
    notice: (failure) => assert.fail(failure),
  });
  const hear = (events: Parameters<typeof hearAll>[2]) => hearAll(state, models, events);
  await hear([playOf("track-0", 0)]);
  const ask = (query: Partial<NextTracksQuery>) =>
    recommend(scorer, { listener: ada, k: 10, ...query });
  return { scorer, hear, ask };
}

function tracksOf({ tracks }: Recommendation): TrackId[] {
  return tracks.map(({ track }) => track);
}
