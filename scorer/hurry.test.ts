import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId } from "../core/domain/ids.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { hearAll, minuteMs, playOf } from "../test/fixtures/heard-store.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { hurryAt } from "./hurry.ts";
import { recommend } from "./recommend.ts";
import type { Hurry, NextTracksQuery } from "./recommendation.ts";
import { nextTracksReply } from "./replies.ts";
import { createScorer } from "./scorer.ts";

test("the longer a call waits, the more of a hurry its list is made in", () => {
  const hurries = [0, 0.2, 0.3, 0.6, 0.8, 1].map(hurryAt);
  assert.deepEqual(hurries, [0, 0, 1, 2, 3, 3]);
});

test("a list in a hurry goes without the dearest first, says so, and is never empty", async () => {
  const ask = await heard();
  const found: unknown[] = [];
  for (const hurry of [0, 1, 2, 3] as Hurry[]) {
    const list = await ask({ hurry });
    assert.equal(list.tracks.length, 5);
    found.push([list.rung, ...nextTracksReply(list, PLAIN).leftOut]);
  }
  assert.deepEqual(found, [
    ["blend"],
    ["blend", "neighbours"],
    ["short_term", "neighbours", "long_term"],
    ["popularity", "neighbours", "long_term", "coplay", "short_term"],
  ]);
});

test("nothing is said to be left out that was not asked for", async () => {
  const ask = await heard();
  const weights = { short: 1, long: 0, neighbours: 0, coplay: 0, popularity: 0 };
  assert.deepEqual((await ask({ hurry: 2, weights })).leftOut, []);
  const explained = await ask({ hurry: 1, weights, explainEvents: 3 });
  assert.deepEqual(explained.leftOut, ["explain"]);
  assert.equal(explained.explained, undefined);
});

const PLAIN = { describe: undefined, withDetails: false };

/** Asks for lists of a listener in a session, under a bundle with every source. */
async function heard() {
  const { bundle, runner } = tinyModels(5, 40);
  const blend = { short: 1, long: 1, neighbours: 1, coplay: 1, popularity: 1 };
  const manifest = { ...bundle.manifest, blend };
  const sources = {
    neighbours: {
      neighbours_max: 10,
      sessions_per_track_max: 10,
      recency_sessions: 10,
      sharpness: 10,
      sessionStarts: Uint32Array.of(0, 3),
      sessionTracks: Uint32Array.of(3, 4, 5),
    },
    coplay: {
      tracks_max: 2,
      decay: 0.5,
      sharpness: 1,
      starts: Uint32Array.from({ length: 41 }, (_, track) => (track > 3 ? 1 : 0)),
      successors: Uint32Array.of(6),
      shares: Float32Array.of(1),
    },
  };
  const models = { bundle: { ...bundle, manifest, sources }, runner };
  const state = createMemoryStore();
  await hearAll(state, models, [playOf("track-2", 0), playOf("track-3", 4)]);
  const scorer = createScorer({
    ...models,
    state,
    partitions: 1,
    now: () => minuteMs(5),
    randomBytes: (length) => new Uint8Array(length),
    notice: (failure) => assert.fail(failure.message),
  });
  return (query: Partial<NextTracksQuery>) =>
    recommend(scorer, { listener: "ada" as ListenerId, k: 5, ...query });
}
