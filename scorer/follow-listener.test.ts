import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId } from "../core/domain/ids.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { hearAll, minuteMs, playOf } from "../test/fixtures/heard-store.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { followListener } from "./follow-listener.ts";
import { recommend } from "./recommend.ts";
import type { NextTracksQuery, Recommendation } from "./recommendation.ts";
import { createScorer } from "./scorer.ts";

const models = tinyModels(5, 40);
const ada = "ada" as ListenerId;
const bob = "bob" as ListenerId;

test("a follower gets a list at once, and another when an event changes it", async () => {
  const { hear, sent, until, stop } = await followed(1);
  await until(1);
  await hear("track-3", 1);
  await until(2);
  assert.deepEqual(sent[1]!.freshness.seen, { partition: 0, offset: 0 });
  assert.ok(!sent[1]!.tracks.some(({ track }) => track === "track-3"), "it was just heard");
  await stop();
});

test("events of others, and events that change nothing, send nothing", async () => {
  const { hear, sent, looks, until, stop } = await followed(1);
  await until(1);
  await hear("track-3", 1, bob);
  await hear("track-4", 2);
  await until(2);
  assert.equal(looks(), 2, "the other listener's event made no list");
  assert.deepEqual(sent[1]!.freshness.seen, { partition: 0, offset: 1 });
  await stop();
});

test("events that come while the follower has no room make one list together", async () => {
  const { hear, sent, until, stop, makeRoom } = await followed(1, { hasRoom: false });
  await until(1);
  for (const minute of [1, 2, 3]) await hear(`track-${minute}`, minute);
  makeRoom();
  await until(2);
  assert.deepEqual(sent[1]!.freshness.seen, { partition: 0, offset: 2 });
  await stop();
  assert.equal(sent.length, 2);
});

/** Follows ada on a store that has heard nothing. */
async function followed(intervalMs: number, { hasRoom } = { hasRoom: true }) {
  const state = createMemoryStore();
  const scorer = createScorer({
    ...models,
    state,
    partitions: 1,
    now: () => minuteMs(5),
    randomBytes: (length) => new Uint8Array(length),
    notice: (failure) => assert.fail(failure),
  });
  const gone = new AbortController();
  const room = Promise.withResolvers<void>();
  if (hasRoom) room.resolve();
  const sent: Recommendation[] = [];
  let looks = 0;
  const ended = followListener({
    scorer: () => scorer,
    query: { listener: ada, k: 5, askedAtMs: minuteMs(5) },
    intervalMs,
    makeList(query: NextTracksQuery) {
      looks += 1;
      return recommend(scorer, query);
    },
    async send(list) {
      sent.push(list);
      await room.promise;
    },
    signal: gone.signal,
  });
  return {
    sent,
    looks: () => looks,
    makeRoom: room.resolve,
    hear: (track: string, minute: number, listener = ada) =>
      hearAll(state, models, [playOf(track, minute, { listener })]),
    async until(lists: number) {
      while (sent.length < lists) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    async stop() {
      gone.abort();
      await assert.rejects(ended, { name: "AbortError" });
    },
  };
}
