import assert from "node:assert/strict";
import { test } from "node:test";
import { BEGAN_AT_MS, listeningEvent } from "../../test/support/listening-records.ts";
import { tinyModels } from "../../test/support/tiny-models.ts";
import type { Wave } from "../bundle/step-runner.ts";
import { bundleMark } from "../domain/hash.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import { advance, type Models } from "./advance.ts";
import { draftOf, hearInto, hearPending } from "./draft.ts";
import { HEAR_RULES } from "./hear.ts";
import { listenerRecord, type StoredRecord } from "./stored-record.ts";

const models = tinyModels(1);
const MINUTE_MS = 60_000;

test("hearing many events in one batch equals hearing them one by one", async () => {
  const events = [play("track-1", 0), play("track-2", 4, "skipped"), play("track-3", 200)];
  const together = await heardBy(models, undefined, events);
  let apart: StoredRecord | undefined;
  for (const [index, event] of events.entries()) {
    apart = await heardBy(models, apart, [event], index);
  }
  assert.deepEqual(together, apart);
});

test("the short-term model forgets at a session's start, the long-term one does not", async () => {
  const first = await heardBy(models, undefined, [play("track-1", 0)]);
  const second = await heardBy(models, first, [play("track-2", 100)], 1);
  const unmoved = { ...first, hidden: { ...first.hidden, short: new Float32Array(5) } };
  const fromZeros = await heardBy(models, unmoved, [play("track-2", 100)], 1);
  assert.deepEqual(second.hidden.short, fromZeros.hidden.short);
  const noLong = { ...first, hidden: { ...first.hidden, long: new Float32Array(4) } };
  const longFromZeros = await heardBy(models, noLong, [play("track-2", 100)], 1);
  assert.notDeepEqual(second.hidden.long, longFromZeros.hidden.long);
});

test("the record that was read is never written to", async () => {
  const first = await heardBy(models, undefined, [play("track-1", 0)]);
  const copy = structuredClone(listenerRecord(first));
  await heardBy(models, first, [play("track-2", 1)], 1);
  assert.deepEqual(listenerRecord(first), copy);
});

test("an unknown track steps on the zero vector", async () => {
  const waves: Wave[] = [];
  const watched: Models = {
    bundle: models.bundle,
    runner: {
      ...models.runner,
      step: (wave) => {
        waves.push(wave);
        return models.runner.step(wave);
      },
    },
  };
  const record = await heardBy(watched, undefined, [play("never-heard-of", 0)]);
  assert.equal(record.steps, 1);
  assert.deepEqual([...waves[0]!.track], [0, 0, 0]);
  assert.ok(record.hidden.short!.some((value) => value !== 0));
});

test("a record of another bundle is stepped anew from its recent events", async () => {
  const events = [play("track-1", 0), play("track-2", 4), play("track-3", 90), play("track-4", 94)];
  const other = tinyModels(2);
  const underOne = await heardBy(models, undefined, events.slice(0, 3));
  const moved = await heardBy(other, underOne, events.slice(3), 3);
  // All events are recent ones here, so the rebuilt record is what the newer bundle alone would
  // have made.
  assert.deepEqual(moved, await heardBy(other, undefined, events));
});

test("a start alone does not step, but moves the record to the newer bundle", async () => {
  const other = tinyModels(2);
  const record = await heardBy(models, undefined, [play("track-1", 0)]);
  const noted = await heardBy(other, record, [play("track-2", 1, "started")], 1);
  const plain = await heardBy(other, undefined, [play("track-1", 0)]);
  assert.equal(noted.bundle, bundleMark(other.bundle.manifest.id));
  assert.deepEqual(noted.hidden, plain.hidden);
});

test("a draft that nothing changed gives no record", async () => {
  const record = await heardBy(models, undefined, [play("track-1", 0)]);
  const { records, waves } = await advance(new Map([["ann", draftOf(record)]]), models);
  assert.deepEqual([records.size, waves], [0, 0]);
});

test("a pending event gives the hidden state that it will have once the log holds it", async () => {
  const record = await heardBy(models, undefined, [play("track-1", 0)]);
  const event = play("track-2", 3, "skipped");
  const draft = draftOf(record);
  assert.equal(hearPending(draft, event, HEAR_RULES), "step");
  assert.equal(hearPending(draft, event, HEAR_RULES), "duplicate");
  const { records } = await advance(new Map([["ann", draft]]), models);
  assert.deepEqual(records.get("ann"), await heardBy(models, record, [event], 1));
  const first = draftOf(undefined);
  assert.equal(hearPending(first, event, HEAR_RULES), "step");
});

function play(
  track: string,
  minute: number,
  kind: "finished" | "skipped" | "started" = "finished",
) {
  const happenedAtMs = BEGAN_AT_MS + minute * MINUTE_MS;
  return listeningEvent({ eventId: `${track} at ${minute}`, track, happenedAtMs, kind });
}

async function heardBy(
  models: Models,
  before: StoredRecord | undefined,
  events: readonly ReturnType<typeof play>[],
  firstOffset = 0,
): Promise<StoredRecord> {
  const draft = draftOf(before);
  for (const [index, event] of events.entries()) {
    const at = { partition: 0 as Partition, epoch: 0, offset: (firstOffset + index) as Offset };
    hearInto(draft, event, at, HEAR_RULES);
  }
  const { records } = await advance(new Map([["ann", draft]]), models);
  return records.get("ann")!;
}
