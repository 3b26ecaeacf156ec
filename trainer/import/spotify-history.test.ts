import assert from "node:assert/strict";
import { test } from "node:test";
import { imported } from "./imported.fixture.ts";

const STREAM = {
  ts: "2020-04-11T00:27:53Z",
  platform: "iOS 13.4 (iPhone11,8)",
  ms_played: 174_674,
  conn_country: "SG",
  ip_addr: "203.0.113.7",
  master_metadata_track_name: "Jack To The Future",
  master_metadata_album_artist_name: "Alex Metric",
  master_metadata_album_album_name: "Jack To The Future",
  spotify_track_uri: "spotify:track:74cksX4vgcm0cHKaV7XE2L",
  episode_name: null,
  spotify_episode_uri: null,
  reason_start: "trackdone",
  reason_end: "trackdone",
  shuffle: false,
  skipped: false,
  offline: false,
  offline_timestamp: null,
  incognito_mode: false,
};

test("ends, skips and lengths of one's own history become kinds", async (t) => {
  const streams = [
    STREAM,
    { ...STREAM, reason_end: "fwdbtn", ms_played: 4000, skipped: true, shuffle: true },
    { ...STREAM, reason_end: "endplay", ms_played: 29_999, skipped: null },
    { ...STREAM, reason_end: "logout", ms_played: 30_000, skipped: null },
    { ...STREAM, reason_end: "trackdone", skipped: true },
  ];
  const { events, catalogue } = await imported(t, history(streams), FORMAT);
  assert.deepEqual(
    events.map(({ kind, playedMs, shuffle }) => [kind, playedMs, shuffle]),
    [
      ["finished", 174_674, false],
      ["skipped", 4000, true],
      ["skipped", 29_999, false],
      ["finished", 30_000, false],
      ["finished", 174_674, false],
    ],
  );
  const [first] = events;
  assert.equal(first?.listener, "me");
  assert.equal(first?.device, "phone");
  assert.equal(first?.happenedAtMs, Date.UTC(2020, 3, 11, 0, 27, 53));
  assert.deepEqual(catalogue[0]?.artists, [{ id: "Alex Metric", name: "Alex Metric" }]);
});

test("podcasts and private sessions are passed over, and are not broken", async (t) => {
  const episode = { ...STREAM, spotify_track_uri: null, spotify_episode_uri: "spotify:episode:1" };
  const streams = [episode, { ...STREAM, incognito_mode: true }, STREAM];
  const { header } = await imported(t, history(streams), FORMAT);
  assert.equal(header.events, 1);
  assert.deepEqual(header.rejected, {
    "no track: a podcast, an audiobook or a local file": 1,
    "a private session": 1,
  });
});

test("nothing of addresses, countries and a device's own name is kept", async (t) => {
  const { events, catalogue } = await imported(t, history([STREAM]), FORMAT);
  assert.doesNotMatch(JSON.stringify([events, catalogue]), /203\.0|SG|iPhone/);
});

test("broken streams are counted, and a file that is no array is named", async (t) => {
  const streams = [STREAM, { ...STREAM, ts: "April" }, { ...STREAM, ms_played: "long" }, 7];
  const options = { ...FORMAT, rejectedShareMax: 0.9 };
  const { header } = await imported(t, history(streams), options);
  assert.deepEqual(header.rejected, {
    "ts is no ISO 8601 time": 1,
    "ms_played is no count of milliseconds": 1,
    "no JSON object": 1,
  });
  for (const text of ["{}", "[", ""]) {
    const attempt = imported(t, { "endsong_0.json": text }, FORMAT);
    await assert.rejects(attempt, { code: "bad_log_folder", field: /endsong_0\.json/ });
  }
});

const FORMAT = { format: "spotify-history" } as const;

function history(streams: readonly unknown[]) {
  return { "Streaming_History_Audio_2020_1.json": JSON.stringify(streams) };
}
