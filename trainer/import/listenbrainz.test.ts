import assert from "node:assert/strict";
import { test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { imported } from "./imported.fixture.ts";

const MAPPED = {
  user_id: 1,
  user_name: "rob",
  timestamp: 1_443_521_965,
  recording_msid: "msid-1",
  track_metadata: {
    track_name: "Never Gonna Give You Up",
    artist_name: "Rick Astley",
    release_name: "Whenever you need somebody",
    additional_info: {
      recording_mbid: "98255a8c-017a-4bc7-8dd6-1fa36124572b",
      release_mbid: "bf9e91ea-8029-4a04-a26a-224e00a83266",
      artist_mbids: ["db92a151-1ac2-438b-bc43-b82e149ddd50"],
      duration_ms: 212_000,
    },
  },
};
const BARE = {
  user_name: "lucifer",
  listened_at: 1_443_521_900,
  recording_msid: "msid-2",
  track_metadata: {
    track_name: "Intro",
    artist_name: "The xx",
    additional_info: { duration: 127 },
  },
};

test("listens of both spellings are read, with the best id that each has", async (t) => {
  const packed = zstdCompressSync(lines([MAPPED, BARE]));
  const { events, catalogue } = await imported(t, { "9.listens": packed }, FORMAT);
  assert.deepEqual(
    events.map(({ listener, track, happenedAtMs, trackMs, kind }) => [
      listener,
      track,
      happenedAtMs,
      trackMs,
      kind,
    ]),
    [
      ["lucifer", "msid-2", 1_443_521_900_000, 127_000, "finished"],
      ["1", "98255a8c-017a-4bc7-8dd6-1fa36124572b", 1_443_521_965_000, 212_000, "finished"],
    ],
  );
  assert.deepEqual(
    catalogue.map(({ title, artists, album, trackMs }) => [title, artists[0], album, trackMs]),
    [
      [
        "Never Gonna Give You Up",
        { id: "db92a151-1ac2-438b-bc43-b82e149ddd50", name: "Rick Astley" },
        { id: "bf9e91ea-8029-4a04-a26a-224e00a83266", title: "Whenever you need somebody" },
        212_000,
      ],
      ["Intro", { id: "The xx", name: "The xx" }, undefined, 127_000],
    ],
  );
});

test("broken listens are counted by reason", async (t) => {
  const broken = [
    { ...BARE, user_name: "" },
    { ...BARE, listened_at: "soon" },
    { ...BARE, recording_msid: null },
  ];
  const text = `${lines([BARE, ...broken])}{"user_id": 1\n[1]\n\n`;
  const options = { ...FORMAT, rejectedShareMax: 0.9 };
  const { header } = await imported(t, { "9.listens": text }, options);
  assert.equal(header.events, 1);
  assert.deepEqual(header.rejected, {
    "user_id and user_name are empty": 1,
    "timestamp is no Unix time in seconds": 1,
    "recording_mbid and recording_msid are empty": 1,
    "no JSON object": 2,
  });
});

const FORMAT = { format: "listenbrainz" } as const;

function lines(listens: readonly object[]): string {
  return listens.map((listen) => `${JSON.stringify(listen)}\n`).join("");
}
