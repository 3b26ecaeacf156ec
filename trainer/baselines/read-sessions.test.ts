import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId, SessionId, TrackId } from "../../core/domain/ids.ts";
import { type SparseEvent, writeTestLog } from "../../test/support/played-logs.ts";
import { readSessions } from "./read-sessions.ts";

const RULES = { idleTimeoutMs: 60_000 };

test("sessions of listeners who play at once are apart, in order of their ends", async () => {
  const log = await readSessions(
    await writeTestLog([
      play("ann", "s1", "a"),
      play("bob", "s2", "b"),
      play("ann", "s1", "b"),
      play("bob", "s2", "c"),
      play("ann", "s3", "b"),
    ]),
    RULES,
  );
  assert.deepEqual(log.trackIds, ["b", "a", "c"]);
  assert.deepEqual([...log.starts], [0, 2, 4, 5]);
  assert.deepEqual([...log.track], [1, 0, 0, 2, 0]);
  assert.deepEqual([...log.place], [0, 2, 1, 3, 4]);
  assert.deepEqual([...log.support], [3, 1, 1]);
  assert.deepEqual([...log.awayMs], [Number.NaN, Number.NaN, 2000]);
});

test("silence ends a session of a player that has none, and a start is no play", async () => {
  const events: SparseEvent[] = [
    { track: "a" as TrackId, happenedAtMs: 1000 },
    { track: "b" as TrackId, happenedAtMs: 2000, kind: "started" },
    { track: "b" as TrackId, happenedAtMs: 61_001 },
  ];
  const log = await readSessions(await writeTestLog(events), RULES);
  assert.deepEqual([...log.starts], [0, 1, 2]);
  assert.deepEqual([...log.place], [0, 2]);
});

test("tracks that the known ones lack are −1", async () => {
  const folder = await writeTestLog([play("ann", "s", "a"), play("ann", "s", "new")]);
  const log = await readSessions(folder, RULES, ["z", "a"] as TrackId[]);
  assert.deepEqual([...log.track], [1, -1]);
  assert.deepEqual([...log.support], [0, 1]);
});

function play(listener: string, session: string, track: string): SparseEvent {
  return {
    listener: listener as ListenerId,
    session: session as SessionId,
    track: track as TrackId,
  };
}
