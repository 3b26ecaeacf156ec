import assert from "node:assert/strict";
import { test } from "node:test";
import { BEGAN_AT_MS, listeningEvent } from "../../test/support/listening-records.ts";
import type { BundleMark, ListenerId, Offset, Partition, SessionId } from "../domain/ids.ts";
import { EVICTED_RECENT_EVENTS, evicted, isEvicted } from "./evict.ts";
import { hear } from "./hear.ts";
import { RECENT_EVENTS_MAX, type RecentEvent } from "./listener-record.ts";
import { packedEvents, unpackedEvents } from "./recent-events.ts";
import { encodeRecord } from "./record-codec.ts";
import type { History, StoredRecord } from "./stored-record.ts";

const MINUTE_MS = 60_000;
const LISTENER = "ann" as ListenerId;

test("an idle listener keeps the long-term part, and whoever is not idle everything", () => {
  const record = heardRecord(40);
  assert.equal(evicted(record, undefined), record);
  assert.equal(evicted(record, record.lastEventAtMs), record);
  const kept = evicted(record, record.lastEventAtMs + 1);
  assert.deepEqual(kept, {
    ...record,
    session: undefined,
    sessionSteps: 0,
    recent: packedEvents(unpackedEvents(record.recent).slice(-EVICTED_RECENT_EVENTS)),
    hidden: { long: record.hidden.long },
  });
  assert.deepEqual([isEvicted(record), isEvicted(kept)], [false, true]);
});

test("evicting again changes nothing, be it later or not", () => {
  for (const events of [1, 4, 40]) {
    const record = heardRecord(events);
    const kept = evicted(record, record.lastEventAtMs + 1);
    for (const laterMs of [1, 1000])
      assert.equal(evicted(kept, kept.lastEventAtMs + laterMs), kept);
  }
});

test("an evicted record takes less than half the bytes of a whole one", () => {
  const record = heardRecord(RECENT_EVENTS_MAX);
  const whole = encodeRecord(record, LISTENER).length;
  const kept = encodeRecord(evicted(record, record.lastEventAtMs + 1), LISTENER).length;
  assert.ok(kept < whole / 2, `${kept} bytes of ${whole}`);
});

test("an evicted listener's next event begins a session, whatever the player calls it", () => {
  const record = heardRecord(40);
  const kept = evicted(record, record.lastEventAtMs + 1);
  // A minute after the last one, from a player that was offline for a year.
  const back = hearNext(kept, 40, { session: record.session });
  assert.equal(back.verdict, "step");
  assert.ok(back.verdict === "step" && back.recent.sessionStart);
  assert.equal(back.verdict === "step" && back.history.sessionSteps, 1);
  assert.equal(back.verdict === "step" && back.history.steps, 41);
});

test("an evicted listener's events are known again, by their offset and by their id", () => {
  const record = heardRecord(40);
  const kept = evicted(record, record.lastEventAtMs + 1);
  assert.equal(hearNext(kept, 39, {}).verdict, "replayed");
  assert.equal(hearNext(kept, 40, { eventId: "event-39" }).verdict, "duplicate");
});

test("whoever only begins tracks is idle by the last of them", () => {
  const history = heardHistory(1, "started");
  const record = { ...history, bundle: "ab".repeat(8) as BundleMark, hidden: {} };
  const [{ happenedAtMs }] = unpackedEvents(record.recent) as [RecentEvent];
  assert.deepEqual([record.lastEventAtMs, record.steps], [0, 0]);
  assert.equal(evicted(record, happenedAtMs), record);
  assert.equal(isEvicted(evicted(record, happenedAtMs + 1)), false);
});

function heardRecord(events: number): StoredRecord {
  const [short, long] = [0.5, 0.25].map((state) => new Float32Array(100).fill(state));
  const history = heardHistory(events, "finished");
  return {
    ...history,
    bundle: "ab".repeat(8) as BundleMark,
    hidden: { short: short!, long: long! },
  };
}

function heardHistory(events: number, kind: "finished" | "started"): History {
  let history: History | undefined;
  for (let index = 0; index < events; index++) {
    const heard = hearNext(history, index, { kind });
    assert.ok(heard.verdict === "step" || heard.verdict === "note");
    history = heard.history;
  }
  return history!;
}

function hearNext(
  history: History | undefined,
  index: number,
  more: Parameters<typeof listeningEvent>[0],
) {
  const event = listeningEvent({
    eventId: `event-${index}`,
    listener: LISTENER,
    session: "evening" as SessionId,
    track: `track-${index}`,
    happenedAtMs: BEGAN_AT_MS + index * MINUTE_MS,
    ...more,
  });
  const at = { partition: 0 as Partition, epoch: 0, offset: index as Offset };
  return hear(history, event, at);
}
