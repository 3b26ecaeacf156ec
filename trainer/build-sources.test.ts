import assert from "node:assert/strict";
import { test } from "node:test";
import { SESSION_END } from "../core/bundle/run-order.ts";
import type { SessionId, TrackId } from "../core/domain/ids.ts";
import type { EventKind } from "../core/domain/listening-event.ts";
import { writeTestLog } from "../test/support/played-logs.ts";
import { buildSources } from "./build-sources.ts";
import { parseTrainingConfig } from "./config.ts";
import { readSequences } from "./read-sequences.ts";
import { replaySources } from "./replay-sources.ts";
import type { Sequences } from "./sequences.ts";

/** Three sessions; in the second, y is skipped. Tracks by index: a, x, y, b. */
const PLAYS: readonly (readonly [session: string, track: string, kind?: EventKind])[] = [
  ["one", "a"],
  ["one", "x"],
  ["one", "y"],
  ["two", "a"],
  ["two", "y", "skipped"],
  ["two", "x"],
  ["three", "a"],
  ["three", "b"],
];

async function sequencesOf(): Promise<Sequences> {
  const events = PLAYS.map(([session, track, kind = "finished"]) => ({
    session: session as SessionId,
    track: track as TrackId,
    kind,
  }));
  return readSequences(await writeTestLog(events), { idleTimeoutMs: 60_000, trackSupportMin: 1 });
}

test("neighbour sessions are those of time, without the tracks that were skipped", async () => {
  const sequences = await sequencesOf();
  assert.deepEqual(sequences.trackIds, ["a", "x", "y", "b"]);
  const { neighbours } = buildSources(sequences, sequences.sessionOrder, parseTrainingConfig({}));
  assert.deepEqual([...neighbours!.sessionStarts], [0, 3, 5, 7]);
  assert.deepEqual([...neighbours!.sessionTracks], [0, 1, 2, 0, 1, 0, 3]);
  const two = parseTrainingConfig({ neighbours: { sessionsMax: 2 } });
  const newest = buildSources(sequences, sequences.sessionOrder, two).neighbours!;
  assert.deepEqual([...newest.sessionTracks], [0, 1, 0, 3]);
});

test("co-play counts what came later by its distance, and a skip is no follower", async () => {
  const sequences = await sequencesOf();
  const evenly = parseTrainingConfig({ coplay: { recencyShare: 1000 } });
  const { coplay } = buildSources(sequences, sequences.sessionOrder, evenly);
  assert.deepEqual([...coplay!.starts], [0, 3, 4, 4, 4]);
  assert.deepEqual([...coplay!.successors], [1, 3, 2, 2]);
  // After a: x twice at once, b once, y once two places later; and one more.
  const shares = [2 / 4.5, 1 / 4.5, 0.5 / 4.5, 1 / 2];
  for (const [at, share] of shares.entries()) {
    // The oldest session still counts 0.1% less.
    assert.ok(Math.abs(coplay!.shares[at]! - share) < 0.001, `${coplay!.shares[at]}`);
  }
});

test("what followed of late counts more in co-play", async () => {
  const sequences = await sequencesOf();
  const third = parseTrainingConfig({ coplay: { recencyShare: 1 / 3 } });
  const { coplay } = buildSources(sequences, sequences.sessionOrder, third);
  // After a: b in the newest session; x in those before, one and two thirds of all sessions ago.
  const [x, y, b] = [Math.exp(-1) + Math.exp(-2), Math.exp(-2) / 2, 1];
  const expected = new Map([b, x, y].map((sum, at) => [[3, 1, 2][at]!, sum / (b + x + y + 1)]));
  assert.deepEqual([...coplay!.successors.subarray(0, 3)], [3, 1, 2], "the likeliest first");
  for (const [at, track] of coplay!.successors.subarray(0, 3).entries()) {
    assert.ok(Math.abs(coplay!.shares[at]! - expected.get(track)!) < 1e-6);
  }
});

test("runs are found in the newest sessions, without the tracks that were skipped", async () => {
  const sequences = await sequencesOf();
  const built = (coplay: object) => {
    return buildSources(sequences, sequences.sessionOrder, parseTrainingConfig({ coplay })).runs;
  };
  const runs = built({})!;
  assert.deepEqual([...runs.played], [0, 1, 2, SESSION_END, 0, 1, SESSION_END, 0, 3, SESSION_END]);
  assert.deepEqual([...runs.places], [0, 4, 7, 1], "after a three times, after a and x once");
  assert.equal(built({ runPlaysMax: 6 }), undefined, "no run of two is followed in the newest");
  assert.equal(built({ runTracksMax: 1 }), undefined);
});

test("a skip neither speaks for its neighbours nor stays unheard", async () => {
  const sequences = await sequencesOf();
  const config = parseTrainingConfig({});
  const sources = buildSources(sequences, sequences.sessionOrder, config);
  const [afterX, afterSkip, afterA] = replaySources(sequences, sources, Int32Array.of(1, 4, 3));
  assert.deepEqual([...afterX!.coplay!.tracks], [2, 1, 3], "x is followed by y");
  assert.deepEqual(afterSkip, afterA, "the skip of y leaves what a says");
});

test("sessions of one track alone give no source", async () => {
  const track = "a" as TrackId;
  const events = ["one", "two"].map((session) => ({ session: session as SessionId, track }));
  const rules = { idleTimeoutMs: 60_000, trackSupportMin: 1 };
  const sequences = await readSequences(await writeTestLog(events), rules);
  const config = parseTrainingConfig({});
  assert.deepEqual(buildSources(sequences, sequences.sessionOrder, config), {});
});
