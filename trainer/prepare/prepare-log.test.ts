import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../core/domain/failure.ts";
import type { ListenerId, SessionId, TrackId } from "../../core/domain/ids.ts";
import { type SparseEvent, writeTestLog } from "../../test/support/played-logs.ts";
import { parseTrainingConfig } from "../config.ts";
import { readLog } from "../read-log.ts";
import { prepareLog } from "./prepare-log.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface Session {
  readonly listener?: string;
  readonly session: string;
  readonly atMs?: number;
  readonly gapMs?: number;
  readonly tracks: readonly string[];
}

/** Sessions one after the other, an hour apart but where they say when. */
function playsOf(sessions: readonly Session[]): SparseEvent[] {
  let nextMs = HOUR_MS;
  return sessions.flatMap(({ listener = "l", session, tracks, atMs, gapMs = MINUTE_MS }) => {
    const startMs = atMs ?? nextMs;
    nextMs = startMs + tracks.length * gapMs + HOUR_MS;
    return tracks.map((track, place) => ({
      listener: listener as ListenerId,
      session: session as SessionId,
      track: track as TrackId,
      happenedAtMs: startMs + place * gapMs,
    }));
  });
}

async function prepare(
  sessions: readonly Session[],
  settings: object = {},
  clock: "real" | "numbered" = "real",
) {
  const log = await readLog(await writeTestLog(playsOf(sessions), clock), 30 * MINUTE_MS);
  return prepareLog(log, parseTrainingConfig({ validationShare: 0, ...settings }));
}

const NOTHING = { events: 0, sessions: 0, listeners: 0, tracks: 0 };
const album = ["a", "b", "c", "d", "e", "f"];
const others = [
  { listener: "m", session: "m1", tracks: ["a", "c", "b"] },
  { listener: "n", session: "n1", tracks: ["d", "a"] },
];

test("the defaults leave out nothing of ordinary listening", async () => {
  const habit = Array.from({ length: 30 }, (_, day) => ({ session: `s${day}`, tracks: album }));
  const { sequences, preparation } = await prepare([...habit, ...others]);
  assert.equal(sequences.track.length, 30 * 6 + 5);
  assert.deepEqual(preparation.left_out, {
    automated_listening: NOTHING,
    repeated_playlist: NOTHING,
    session_length: NOTHING,
    minimum_support: NOTHING,
  });
  assert.deepEqual(preparation.read, { events: 185, sessions: 32, listeners: 3, tracks: 6 });
});

test("a playlist that goes round again is learned a few times, and no more", async () => {
  const rounds = Array.from({ length: 8 }, (_, day) => ({ session: `s${day}`, tracks: album }));
  const preparing = { repeatedPlaylist: { timesMax: 3 } };
  const { sequences, preparation } = await prepare([...rounds, ...others], { preparing });
  assert.deepEqual(preparation.left_out.repeated_playlist, { ...NOTHING, events: 30, sessions: 5 });
  assert.equal(sequences.sessionOrder.length, 3 + 2);
  const off = { repeatedPlaylist: { timesMax: 3, enabled: false } };
  const all = await prepare([...rounds, ...others], { preparing: off });
  assert.deepEqual(all.preparation.left_out.repeated_playlist, NOTHING);
});

test("another order of the same tracks is no repeat, and another listener's neither", async () => {
  const sessions = Array.from({ length: 5 }, (_, one) => ({
    listener: `l${one}`,
    session: `s${one}`,
    tracks: album,
  }));
  const turned = [2, 3, 4, 5].map((turns) => ({
    session: `t${turns}`,
    tracks: [...album.slice(turns), ...album.slice(0, turns).reverse()],
  }));
  const preparing = { repeatedPlaylist: { timesMax: 3 } };
  const { preparation } = await prepare([...sessions, ...turned], { preparing });
  assert.deepEqual(preparation.left_out.repeated_playlist, NOTHING);
});

test("more plays in 24 hours than a person can hear are left out with their sessions", async () => {
  const flood = Array.from({ length: 4 }, (_, part) => ({
    session: `s${part}`,
    atMs: HOUR_MS * (1 + 2 * part),
    tracks: album,
  }));
  const later = { session: "later", atMs: 40 * HOUR_MS, tracks: album };
  const preparing = { automatedListening: { playsPerDayMax: 20 } };
  const { sequences, preparation } = await prepare([...flood, later], { preparing });
  assert.deepEqual(preparation.left_out.automated_listening, {
    ...NOTHING,
    events: 24,
    sessions: 4,
  });
  assert.equal(sequences.track.length, 6);
  const numbered = await prepare([...flood, later], { preparing }, "numbered");
  assert.deepEqual(numbered.preparation.left_out.automated_listening, NOTHING);
});

test("listening without a pause is left out, however the player cuts its sessions", async () => {
  const hours = Array.from({ length: 5 }, (_, hour) => ({
    session: `s${hour}`,
    atMs: HOUR_MS * (1 + hour),
    gapMs: 10 * MINUTE_MS,
    tracks: album,
  }));
  const paused = hours.map((one, hour) => ({
    ...one,
    listener: "m",
    session: `m${hour}`,
    atMs: HOUR_MS * (20 + 2 * hour),
  }));
  const preparing = { automatedListening: { unbrokenHoursMax: 4 } };
  const { preparation } = await prepare([...hours, ...paused], { preparing });
  assert.deepEqual(preparation.left_out.automated_listening, {
    ...NOTHING,
    events: 30,
    sessions: 5,
    listeners: 1,
  });
});

test("one track on loop is left out, and its listener where nothing else is known", async () => {
  const loop = { listener: "rain", session: "r", tracks: Array.from({ length: 9 }, () => "rain") };
  const preparing = { automatedListening: { sameTrackRunMax: 8 } };
  const { sequences, preparation } = await prepare([loop, ...others], { preparing }, "numbered");
  assert.deepEqual(preparation.left_out.automated_listening, {
    events: 9,
    sessions: 1,
    listeners: 1,
    tracks: 1,
  });
  assert.equal(sequences.listenerStarts.length, 3);
  assert.ok(!sequences.trackIds.includes("rain" as TrackId), "it gives no track support");
});

test("short sessions are left out, and long ones learned up to a length", async () => {
  const sessions = [
    { session: "one", tracks: ["a"] },
    { session: "six", tracks: album },
    { session: "two", tracks: ["b", "c"] },
  ];
  const preparing = { sessionLength: { playsMin: 2, playsMax: 4 } };
  const { sequences, preparation } = await prepare(sessions, { preparing });
  assert.deepEqual(preparation.left_out.session_length, {
    events: 3,
    sessions: 1,
    listeners: 0,
    tracks: 2,
  });
  assert.deepEqual([...sequences.sessionStarts], [0, 4, 6]);
  assert.deepEqual([...sequences.sessionEnds], [4, 6]);
  assert.deepEqual(named(sequences), ["a", "b", "c", "d", "b", "c"]);
  assert.equal(sequences.sessionTimesMs.length, 2);
});

test("tracks too rare are counted, and heard as unknown", async () => {
  const rare = { listener: "r", session: "r1", tracks: ["z"] };
  const { sequences, preparation } = await prepare([...others, rare], { trackSupportMin: 2 });
  assert.deepEqual(preparation.left_out.minimum_support, {
    events: 4,
    sessions: 1,
    listeners: 1,
    tracks: 4,
  });
  assert.deepEqual(sequences.trackIds, ["a"]);
  assert.deepEqual([...sequences.track], [0, -1, -1, -1, 0, -1]);
});

test("a log of which nothing is left is refused", async () => {
  const preparing = { sessionLength: { playsMin: 9 } };
  await assert.rejects(
    prepare(others, { preparing }),
    (error) => error instanceof Failure && error.code === "bad_configuration",
  );
});

function named({ track, trackIds }: { track: Int32Array; trackIds: readonly TrackId[] }) {
  return Array.from(track, (index) => trackIds[index]);
}
