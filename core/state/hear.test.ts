import assert from "node:assert/strict";
import { test } from "node:test";
import { BEGAN_AT_MS, listeningEvent } from "../../test/support/listening-records.ts";
import { trackHash } from "../domain/hash.ts";
import type { Offset, Partition, TrackId } from "../domain/ids.ts";
import { HEAR_RULES, type Heard, type HeardAt, hear } from "./hear.ts";
import { DEDUPE_EVENTS_MAX, DISLIKED_TRACKS_MAX, RECENT_EVENTS_MAX } from "./listener-record.ts";
import { unpackedEvents } from "./recent-events.ts";
import type { History } from "./stored-record.ts";

const MINUTE_MS = 60_000;

test("the first event steps, starts a session and has no gap", () => {
  const { verdict, recent, history } = steppedOn(undefined, { track: "a" }, 7);
  assert.equal(verdict, "step");
  assert.equal(recent.sessionStart, true);
  assert.equal(recent.gapMs, 0);
  assert.deepEqual([history.steps, history.sessionSteps, history.heardOffset], [1, 1, 7]);
  assert.deepEqual(unpackedEvents(history.recent), [recent]);
});

test("an event at or below the offset heard changes nothing", () => {
  const history = heard({ eventId: "1" }, { eventId: "2" });
  for (const offset of [0, 1]) {
    assert.deepEqual(hear(history, eventAt({ eventId: "new" }), at(offset)), {
      verdict: "replayed",
    });
  }
});

test("an offset of another partition or epoch is no replay", () => {
  const history = heard({ eventId: "1" }, { eventId: "2" });
  const event = eventAt({ eventId: "new" });
  for (const change of [{ partition: 1 as Partition }, { epoch: 1 }]) {
    const moved = hear(history, event, { ...at(0), ...change });
    assert.ok(moved.verdict === "step" && moved.history.heardOffset === 0);
  }
});

test("an event id in the window is a duplicate, one that left it is not", () => {
  const ids = Array.from({ length: DEDUPE_EVENTS_MAX + 1 }, (_, index) => ({
    eventId: `${index}`,
  }));
  const history = heard(...ids);
  assert.equal(hear(history, eventAt({ eventId: "1" }), at(1000)).verdict, "duplicate");
  assert.equal(hear(history, eventAt({ eventId: "0" }), at(1000)).verdict, "step");
});

test("an event within the tolerance is heard with gap 0 and the newest time stays", () => {
  const history = heard({ eventId: "1", happenedAtMs: minute(20) });
  const inTime = steppedOn(history, { eventId: "2", happenedAtMs: minute(10) }, 1);
  assert.equal(inTime.recent.gapMs, 0);
  assert.equal(inTime.history.lastEventAtMs, minute(20));
  const late = hear(history, eventAt({ eventId: "2", happenedAtMs: minute(10) - 1 }), at(1));
  assert.deepEqual(late, { verdict: "late" });
});

test("half an hour of silence or another session of the player starts a session", () => {
  const silent = heard({ eventId: "1", happenedAtMs: minute(0) });
  assert.equal(startsAt(silent, { happenedAtMs: minute(30) }), false);
  assert.equal(startsAt(silent, { happenedAtMs: minute(30) + 1 }), true);
  const named = heard({ eventId: "1", session: "s", happenedAtMs: minute(0) });
  assert.equal(startsAt(named, { session: "s", happenedAtMs: minute(300) }), false);
  assert.equal(startsAt(named, { session: "t", happenedAtMs: minute(1) }), true);
});

test("an event without a session goes on in the player's own", () => {
  const history = heard(
    { eventId: "1", session: "s", happenedAtMs: minute(0) },
    { eventId: "2", happenedAtMs: minute(1) },
  );
  assert.equal(history.session, "s");
  assert.equal(startsAt(history, { session: "s", happenedAtMs: minute(2) }), false);
});

test("a start is remembered and changes nothing about the next event", () => {
  const plain = heard({ eventId: "1", happenedAtMs: minute(0) });
  const note = hear(plain, eventAt({ kind: "started", track: "b", eventId: "s" }), at(1));
  assert.ok(note.verdict === "note");
  assert.deepEqual(
    unpackedEvents(note.history.recent).map(({ kind }) => kind),
    ["finished", "started"],
  );
  const next = { eventId: "2", happenedAtMs: minute(5) };
  const after = steppedOn(note.history, next, 2);
  const without = steppedOn(plain, next, 2);
  assert.deepEqual(after.recent, without.recent);
  assert.deepEqual(
    { ...after.history, recent: [], heardEvents: [] },
    { ...without.history, recent: [], heardEvents: [] },
  );
});

test("the first play after nothing but starts starts the session", () => {
  const history = heard({ kind: "started", eventId: "s", happenedAtMs: minute(0) });
  assert.equal(startsAt(history, { happenedAtMs: minute(3) }), true);
});

test("a disliked track is kept until it is liked", () => {
  const history = heard(
    { eventId: "1", kind: "disliked", track: "a" },
    { eventId: "2", kind: "disliked", track: "b" },
    { eventId: "3", kind: "disliked", track: "a" },
  );
  const hashes = (...tracks: string[]) => tracks.map((track) => trackHash(track as TrackId));
  assert.deepEqual(history.disliked, hashes("b", "a"));
  const liked = steppedOn(history, { eventId: "4", kind: "liked", track: "b" }, 9);
  assert.deepEqual(liked.history.disliked, hashes("a"));
});

test("nothing that a listener does makes a record grow without end", () => {
  const changes = Array.from({ length: 200 }, (_, index) => ({
    eventId: `${index}`,
    track: `${index}`,
    kind: "disliked" as const,
  }));
  const history = heard(...changes);
  assert.equal(history.recent.count, RECENT_EVENTS_MAX);
  assert.equal(history.heardEvents.length, DEDUPE_EVENTS_MAX);
  assert.equal(history.disliked.length, DISLIKED_TRACKS_MAX);
  assert.equal(unpackedEvents(history.recent).at(-1)!.track, trackHash("199" as TrackId));
});

type Change = Parameters<typeof listeningEvent>[0];

function minute(minutes: number): number {
  return BEGAN_AT_MS + minutes * MINUTE_MS;
}

function at(offset: number): HeardAt {
  return { partition: 0 as Partition, epoch: 0, offset: offset as Offset };
}

function eventAt(change: Change) {
  return listeningEvent(change);
}

/** The history after `changes`, at offsets 0, 1, …; all of them must be heard. */
function heard(...changes: Change[]): History {
  let history: History | undefined;
  for (const [offset, change] of changes.entries()) {
    const decision = hear(history, eventAt(change), at(offset), HEAR_RULES);
    assert.ok("history" in decision, decision.verdict);
    history = decision.history;
  }
  assert.ok(history);
  return history;
}

function steppedOn(
  history: History | undefined,
  change: Change,
  offset: number,
): Heard & { verdict: "step" } {
  const decision = hear(history, eventAt(change), at(offset));
  assert.ok(decision.verdict === "step", decision.verdict);
  return decision as Heard & { verdict: "step" };
}

function startsAt(history: History, change: Change): boolean {
  return steppedOn(history, { eventId: "next", ...change }, 1_000).recent.sessionStart;
}
