import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId, Partition } from "../core/domain/ids.ts";
import { evicted } from "../core/state/evict.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { hearAll, minuteMs, playOf } from "../test/fixtures/heard-store.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { readRecord } from "./read-state.ts";
import { recommend } from "./recommend.ts";
import { createScorer } from "./scorer.ts";

const ada = "ada" as ListenerId;
const partition = 0 as Partition;
const PLAYS = 20;

test("an idle listener is answered from the long-term part, be the disk swept or not", async () => {
  const models = tinyModels(5, 40);
  const store = createMemoryStore();
  const scorer = createScorer({
    ...models,
    state: store,
    partitions: 1,
    now: () => minuteMs(PLAYS),
    randomBytes: (length) => new Uint8Array(length),
    notice: assert.ifError,
  });
  const plays = Array.from({ length: PLAYS }, (_, at) => playOf(`track-${at}`, at));
  await hearAll(store, models, plays);
  const ask = () => recommend(scorer, { listener: ada, k: 5, withSkipProbability: true });
  assert.equal((await ask()).rung, "blend");
  const position = { ...store.position(partition)!, idleBeforeMs: minuteMs(PLAYS) };
  const move = { partition, expectedNext: position.next, position };
  await store.commit({ ...move, records: new Map() });
  const unswept = [await ask(), readRecord(scorer, ada)];
  const kept = evicted(store.read(ada)!, position.idleBeforeMs);
  await store.commit({ ...move, records: new Map([[ada, kept]]) });
  const reply = await ask();
  assert.deepEqual([reply, readRecord(scorer, ada)], unswept);
  assert.equal(reply.rung, "long_term");
  // It remembers so far back and no further.
  assert.equal(reply.memorySinceMs, kept.recent.firstAtMs);
});
