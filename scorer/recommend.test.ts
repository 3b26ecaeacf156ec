import assert from "node:assert/strict";
import { test } from "node:test";
import { wholeBlend } from "../core/bundle/manifest.ts";
import { Failure } from "../core/domain/failure.ts";
import type { ListenerId, Offset, Partition, SessionId, TrackId } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import type { Models } from "../core/state/advance.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import type { SessionStore } from "../core/state/session-store.ts";
import { hearAll, minuteMs, playOf } from "../test/fixtures/heard-store.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { CATCH_UP_LIMITS } from "./limits.ts";
import { recommend } from "./recommend.ts";
import type { NextTracksQuery, Recommendation } from "./recommendation.ts";
import { createScorer, type Scorer, type ScorerParts } from "./scorer.ts";

const ada = "ada" as ListenerId;
const models = tinyModels(5, 40);
const morning = [playOf("track-3", 0), playOf("track-7", 4, { kind: "skipped" })];

test("a listener with a session and a past gets a blend", async () => {
  const { ask } = await heardScorer(morning);
  const reply = await ask({});
  assert.equal(reply.rung, "blend");
  assert.equal(reply.bundle, models.bundle.manifest.id);
  assert.deepEqual(reply.weights, wholeBlend({ short: 1, long: 1 }));
  assert.equal(reply.tracks.length, 5);
  assert.equal(reply.shortenedBy, "");
  assert.match(reply.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a skip changes the next list", async () => {
  const { ask, hear } = await heardScorer(morning);
  const before = await ask({});
  await hear([playOf(before.tracks[0]!.track, 6, { kind: "skipped" })]);
  const after = await ask({ askedAtMs: minuteMs(7) });
  assert.notDeepEqual(scoresOf(after), scoresOf(before));
});

test("a new session begins on the long-term rung, whoever says that it is new", async () => {
  const { ask, hear } = await heardScorer(morning);
  const silent = await ask({ askedAtMs: minuteMs(4 + 31) });
  assert.equal(silent.rung, "long_term");
  assert.deepEqual(silent.weights, wholeBlend({ long: 1 }));
  const session = "evening" as SessionId;
  assert.equal((await ask({ session })).rung, "long_term");
  await hear([playOf("track-9", 5, { session })]);
  assert.equal((await ask({ session })).rung, "blend");
  assert.equal((await ask({ session, askedAtMs: minuteMs(600) })).rung, "blend");
});

test("a weight of 0 leaves a model out; where none is left popularity answers", async () => {
  const { ask } = await heardScorer(morning);
  const only = (short: number, long: number) => wholeBlend({ short, long });
  assert.equal((await ask({ weights: only(1, 0) })).rung, "short_term");
  assert.equal((await ask({ weights: only(0, 1) })).rung, "long_term");
  const evening = await ask({ weights: only(1, 0), askedAtMs: minuteMs(600) });
  assert.equal(evening.rung, "popularity");
  assert.deepEqual(evening.weights, wholeBlend({ popularity: 1 }));
});

test("an unknown listener and an empty store get the most popular tracks", async () => {
  const reply = await (await heardScorer([])).ask({});
  assert.equal(reply.rung, "popularity");
  assert.deepEqual(tracksOf(reply), ["track-0", "track-1", "track-2", "track-3", "track-4"]);
  assert.equal(reply.freshness.seen, undefined);
  assert.deepEqual(reply.tracks[0]!.shares, wholeBlend({ popularity: 1 }));
  const other = await (await heardScorer(morning)).ask({ listener: "bob" as ListenerId });
  assert.equal(other.rung, "popularity");
});

test("a listener of whom only a start is known gets popularity without that track", async () => {
  const { ask } = await heardScorer([playOf("track-1", 0, { kind: "started" })]);
  const reply = await ask({});
  assert.equal(reply.rung, "popularity");
  assert.deepEqual(tracksOf(reply), ["track-0", "track-2", "track-3", "track-4", "track-5"]);
});

test("a damaged record and a store that cannot be read are noticed, and answered", async () => {
  for (const error of [new Failure("bad_record", "checksum"), new Error("disk")]) {
    const { scorer, notices } = await heardScorer(morning);
    const state = {
      ...scorer.state,
      read: () => {
        throw error;
      },
    };
    const reply = await recommend({ ...scorer, state }, { listener: ada, k: 3 });
    assert.equal(reply.rung, "popularity");
    assert.equal(reply.tracks.length, 3);
    const code = error instanceof Failure ? "bad_record" : "store_unavailable";
    assert.deepEqual(
      notices.map((notice) => notice.code),
      [code],
    );
  }
});

test("where no model answers, what others played after the session's tracks does", async () => {
  const { bundle } = models;
  const sources = {
    coplay: {
      tracks_max: 10,
      decay: 0.5,
      sharpness: 50,
      // After track-3 others played 9 and then 1, after track-7 they played 30.
      starts: Uint32Array.from(bundle.trackIds.concat("" as TrackId), (_, index) => {
        return (index > 3 ? 2 : 0) + (index > 7 ? 1 : 0);
      }),
      successors: Uint32Array.of(9, 1, 30),
      shares: Float32Array.of(0.6, 0.2, 0.8),
    },
  };
  const blend = wholeBlend({ short: 1, long: 1, coplay: 2 });
  const manifest = { ...bundle.manifest, blend };
  const runner = { ...models.runner, taste: () => Promise.reject(new Error("no memory")) };
  const served = { runner, bundle: { ...bundle, sources, manifest } };
  const { scorer, notices, ask } = await heardScorer(morning, models);
  const broken = createScorer({ ...scorer, ...served });
  const reply = await recommend(broken, { listener: ada, k: 3, askedAtMs: minuteMs(5) });
  assert.equal(reply.rung, "coplay");
  assert.deepEqual(reply.weights, wholeBlend({ coplay: 2 }));
  assert.deepEqual(tracksOf(reply), ["track-9", "track-1", "track-0"], "7 was skipped");
  assert.deepEqual(reply.tracks[0]!.shares, wholeBlend({ coplay: 1 }));
  assert.equal(notices.length, 2);
  const working = createScorer({ ...broken, runner: models.runner });
  const blended = await recommend(working, { listener: ada, k: 40, askedAtMs: minuteMs(5) });
  assert.equal(blended.rung, "blend");
  const plain = await ask({ k: 40 });
  for (const { track, score } of plain.tracks) {
    const lift = blended.tracks.find((other) => other.track === track)!.score - score;
    assert.equal(lift > 0.1, track === "track-9" || track === "track-1", track);
  }
  const later = await recommend(broken, { listener: ada, k: 3, askedAtMs: minuteMs(600) });
  assert.equal(later.rung, "popularity");
});

test("a model that fails or gives no numbers is noticed, and the other answers", async () => {
  const { scorer, notices } = await heardScorer(morning);
  const { runner } = scorer;
  const failing = (short: () => Promise<Float32Array>): Scorer => ({
    ...scorer,
    runner: {
      ...runner,
      taste: (name, hidden, rows) =>
        name === "short" ? short() : runner.taste(name, hidden, rows),
    },
  });
  const ask = { listener: ada, k: 3, askedAtMs: minuteMs(5) };
  const broken = failing(() => Promise.reject(new Error("no memory")));
  assert.equal((await recommend(broken, ask)).rung, "long_term");
  const odd = failing(async () => Float32Array.of(1, Number.NaN, 0));
  assert.equal((await recommend(odd, ask)).rung, "long_term");
  assert.equal(notices.length, 2);
});

test("a bundle of one model answers on that model's rung", async () => {
  const long = { long: models.bundle.models.long! };
  const { scorer } = await heardScorer(morning);
  const alone = createScorer({ ...scorer, bundle: { ...models.bundle, models: long } });
  const reply = await recommend(alone, { listener: ada, k: 3, askedAtMs: minuteMs(5) });
  assert.equal(reply.rung, "long_term");
});

test("a record of another bundle is stepped anew, and the store stays as it was", async () => {
  const newer = tinyModels(6, 40);
  const { store, scorer } = await heardScorer(morning);
  const digest = await store.digest();
  const swapped = createScorer({ ...scorer, ...newer });
  const fresh = await heardScorer(morning, newer);
  const reply = await recommend(swapped, { listener: ada, k: 5, askedAtMs: minuteMs(5) });
  assert.equal(reply.bundle, newer.bundle.manifest.id);
  assert.equal(reply.rung, "blend");
  assert.deepEqual(scoresOf(reply), scoresOf(await fresh.ask({})));
  assert.equal(await store.digest(), digest);
});

test("pending events give the list that they would give from the log", async () => {
  const pending = [
    playOf("track-11", 5, { kind: "skipped" }),
    playOf("track-12", 6, { kind: "started" }),
    playOf("track-13", 40),
    playOf("track-14", 41, { session: "x" as SessionId, kind: "disliked" }),
  ];
  for (const known of [morning, []]) {
    const { ask, hear, store } = await heardScorer(known);
    const digest = await store.digest();
    const ahead = await ask({ pending, askedAtMs: minuteMs(42), excludeHeard: 3 });
    assert.equal(ahead.freshness.pendingStepped, 3);
    assert.equal(await store.digest(), digest, "pending events are not written");
    await hear(pending);
    const later = await ask({ askedAtMs: minuteMs(42), excludeHeard: 3 });
    assert.deepEqual(scoresOf(ahead), scoresOf(later));
    assert.equal(ahead.rung, "blend");
  }
});

test("a pending event that the log has heard by now is not stepped twice", async () => {
  const { ask } = await heardScorer(morning);
  const reply = await ask({ pending: morning });
  assert.equal(reply.freshness.pendingStepped, 0);
  assert.deepEqual(scoresOf(reply), scoresOf(await ask({})));
});

test("the request's exclusions, dislikes and what was just heard stay out", async () => {
  const { ask } = await heardScorer([
    ...morning,
    playOf("track-8", 5, { kind: "disliked" }),
    playOf("track-2", 6),
    playOf("track-5", 7, { kind: "started" }),
  ]);
  const excludeTracks = ["track-0", "track-39", "no-such-track"] as TrackId[];
  const reply = await ask({ k: 40, excludeTracks, excludeHeard: 2 });
  const missing = models.bundle.trackIds.filter((track) => !tracksOf(reply).includes(track));
  assert.deepEqual(missing, ["track-0", "track-2", "track-5", "track-8", "track-39"]);
  assert.equal(
    reply.shortenedBy,
    "the bundle has 40 tracks, of which 2 excluded by the request, 1 disliked, 2 just heard",
  );
});

test("a reply waits for the record that the caller must see", async () => {
  const { ask, hear } = await heardScorer(morning);
  const atLeast = { partition: 0 as Partition, offset: 2 as Offset };
  const asked = ask({ atLeast });
  await hear([playOf("track-20", 5)]);
  const { freshness } = await asked;
  assert.equal(freshness.caughtUp, true);
  assert.deepEqual(freshness.seen, atLeast);
});

test("a reply does not wait beyond the caller's deadline, and says so", async () => {
  const { ask } = await heardScorer(morning);
  const atLeast = { partition: 0 as Partition, offset: 99 as Offset };
  const { freshness, tracks } = await ask({ atLeast, deadlineAtMs: performance.now() });
  assert.equal(freshness.caughtUp, false);
  assert.deepEqual(freshness.seen, { partition: 0, offset: 1 });
  assert.equal(freshness.ageMs, 60_000);
  assert.equal(tracks.length, 5);
});

test("a clock that is set back while a reply waits makes it wait no longer", async () => {
  const { scorer } = await heardScorer(morning);
  let looks = 0;
  const setBack = { ...scorer, now: () => minuteMs(5 - 60 * looks++) };
  const atLeast = { partition: 0 as Partition, offset: 99 as Offset };
  const patience = { atLeast, deadlineAtMs: performance.now() + 2 * CATCH_UP_LIMITS.marginMs };
  const { freshness } = await recommend(setBack, { listener: ada, k: 5, ...patience });
  assert.equal(freshness.caughtUp, false);
});

interface HeardScorer {
  readonly scorer: Scorer;
  readonly store: SessionStore;
  readonly notices: Failure[];
  hear(events: readonly ListeningEvent[]): Promise<void>;
  ask(query: Partial<NextTracksQuery>): Promise<Recommendation>;
}

/** A scorer on a store that heard `events`, at minute 5. */
async function heardScorer(
  events: readonly ListeningEvent[],
  { bundle, runner }: Models = models,
): Promise<HeardScorer> {
  const store = createMemoryStore();
  const notices: Failure[] = [];
  const popularity = Float32Array.from(bundle.trackIds, (_, index) => -index);
  const parts: ScorerParts = {
    bundle: { ...bundle, popularity },
    runner,
    state: store,
    partitions: 1,
    now: () => minuteMs(5),
    randomBytes: (length) => new Uint8Array(length).fill(255),
    notice: (failure) => notices.push(failure),
  };
  const scorer = createScorer(parts);
  const hear = (more: readonly ListeningEvent[]) => hearAll(store, { bundle, runner }, more);
  await hear(events);
  const ask = (query: Partial<NextTracksQuery>) =>
    recommend(scorer, { listener: ada, k: 5, ...query });
  return { scorer, store, notices, hear, ask };
}

function scoresOf({ tracks }: Recommendation): [TrackId, number][] {
  return tracks.map(({ track, score }) => [track, score]);
}

function tracksOf({ tracks }: Recommendation): TrackId[] {
  return tracks.map(({ track }) => track);
}
