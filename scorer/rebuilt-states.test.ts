import assert from "node:assert/strict";
import { test } from "node:test";
import type { Wave } from "../core/bundle/step-runner.ts";
import { bundleMark } from "../core/domain/hash.ts";
import type { ListenerId } from "../core/domain/ids.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { hearAll, minuteMs, playOf } from "../test/fixtures/heard-store.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { createAskedLately } from "./asked-lately.ts";
import { prepareStates } from "./prepare-states.ts";
import { createRebuiltStates } from "./rebuilt-states.ts";
import { recommend } from "./recommend.ts";
import { createScorer } from "./scorer.ts";

const [older, newer] = [tinyModels(1), tinyModels(2)];
const LISTENERS = Array.from({ length: 40 }, (_, at) => `l${at}` as ListenerId);

/** Listeners heard by the older bundle, and the newer one with a count of the rows that it
 *  steps. */
async function heardByOlder() {
  const store = createMemoryStore();
  const events = LISTENERS.flatMap((listener) =>
    [3, 4, 5].map((track) => playOf(`track-${track}`, track, { listener })),
  );
  await hearAll(store, older, events);
  const counted = { waves: 0 };
  const step = (wave: Wave) => {
    counted.waves++;
    return newer.runner.step(wave);
  };
  return { store, counted, models: { ...newer, runner: { ...newer.runner, step } } };
}

test("a listener of another bundle is stepped anew once, until more is heard", async () => {
  const { store, counted, models } = await heardByOlder();
  const rebuilt = createRebuiltStates(models);
  const [listener] = LISTENERS as [ListenerId];
  const first = await rebuilt.of(listener, store.read(listener)!);
  assert.equal(first.bundle, bundleMark(newer.bundle.manifest.id));
  const waves = counted.waves;
  assert.ok(waves > 0);
  assert.deepEqual(await rebuilt.of(listener, store.read(listener)!), first);
  assert.equal(counted.waves, waves);
  await hearAll(store, older, [playOf("track-6", 6, { listener })]);
  assert.notDeepEqual(await rebuilt.of(listener, store.read(listener)!), first);
  assert.ok(counted.waves > waves);
});

test("no more listeners are kept than may be", async () => {
  const { store, counted, models } = await heardByOlder();
  const rebuilt = createRebuiltStates(models, 2);
  const of = (at: number) => rebuilt.of(LISTENERS[at]!, store.read(LISTENERS[at]!)!);
  for (const at of [0, 1, 2]) await of(at);
  const waves = counted.waves;
  for (const at of [1, 2]) await of(at);
  assert.equal(counted.waves, waves);
  await of(0);
  assert.ok(counted.waves > waves);
});

test("who was asked for of late is stepped anew before the exchange, many in a wave", async () => {
  const { store, counted, models } = await heardByOlder();
  const asked = createAskedLately();
  for (const listener of LISTENERS) asked.add(listener);
  asked.add("a stranger" as ListenerId);
  const scorer = createScorer({
    ...{ ...models, state: store, partitions: 1, asked },
    now: () => minuteMs(7),
    randomBytes: (length) => new Uint8Array(length),
    notice: (failure) => assert.fail(failure.message),
  });
  await prepareStates(scorer, models.runner);
  // Three events each by two models, eight listeners at once.
  const waves = 3 * 2 * Math.ceil(LISTENERS.length / 8);
  assert.equal(counted.waves, waves);
  for (const listener of LISTENERS) await recommend(scorer, { listener, k: 3 });
  assert.equal(counted.waves, waves, "their lists step nothing");
});

test("who was asked for of late is forgotten by and by, never the last ones", () => {
  const asked = createAskedLately(3);
  const ids = Array.from({ length: 100 }, (_, at) => `l${at}` as ListenerId);
  for (const [at, listener] of ids.entries()) {
    asked.add(listener);
    asked.add(listener);
    const all = asked.all();
    assert.ok(all.size <= 6);
    for (const last of ids.slice(Math.max(0, at - 2), at + 1)) assert.ok(all.has(last));
  }
});
