import assert from "node:assert/strict";
import { test } from "node:test";
import { imported } from "./imported.fixture.ts";

const EVENTS = `user_id\ttrack_id\talbum_id\ttimestamp
1\t100\t7\t2020-02-20 13:05:59
1\t101\t7\t2020-02-20 13:01:00
`;
const TRACKS = "track_id\tartist_name\ttrack_name\n100\tMía\tUno\n102\tMía\tDos\n";

test("LFM-2b's times are read as UTC and its tracks get their names", async (t) => {
  const texts = { "listening-events.tsv": EVENTS, "tracks.tsv": TRACKS };
  const options = { format: "lfm-2b", trackFiles: ["tracks.tsv"] } as const;
  const { events, catalogue } = await imported(t, texts, options);
  assert.deepEqual(
    events.map(({ track, happenedAtMs }) => [track, happenedAtMs]),
    [
      ["101", Date.UTC(2020, 1, 20, 13, 1, 0)],
      ["100", Date.UTC(2020, 1, 20, 13, 5, 59)],
    ],
  );
  assert.deepEqual(
    catalogue.map(({ track, title, artists, album }) => [track, title, artists[0]?.id, album?.id]),
    [
      ["100", "Uno", "Mía", "7"],
      ["101", "", undefined, "7"],
    ],
  );
});

test("LFM-2b's broken rows are counted by reason", async (t) => {
  const broken =
    "\t1\t1\t2020-02-20 13:05:59\n1\t\t1\t2020-02-20 13:05:59\n1\t1\t1\t1582203959\n1\n";
  const options = { format: "lfm-2b", rejectedShareMax: 0.9 } as const;
  const { header } = await imported(t, { "listening-events.tsv": EVENTS + broken }, options);
  assert.deepEqual(header.rejected, {
    "user_id is empty": 1,
    "track_id is empty": 1,
    "timestamp is no date and time": 1,
    "other cells than the header": 1,
  });
});
