import assert from "node:assert/strict";
import { test } from "node:test";
import { imported } from "./imported.fixture.ts";

const EVENTS =
  "31435741\t2\t4\t4\t1385212958\n31435741\t2\t4\t5\t1385212642\n8\t7\t9\t6\t1385212642\n";
const TRACKS = "4\tHallowed Be Thy Name\t2\n5\tWithout You\t2\n77\tNever Played\t3\n";

test("LFM-1b's events are read without a header and put in order", async (t) => {
  const { events } = await imported(t, { "LFM-1b_LEs.txt": EVENTS }, { format: "lfm-1b" });
  assert.deepEqual(
    events.map(({ listener, track, happenedAtMs, kind }) => [listener, track, happenedAtMs, kind]),
    [
      ["31435741", "5", 1_385_212_642_000, "finished"],
      ["8", "6", 1_385_212_642_000, "finished"],
      ["31435741", "4", 1_385_212_958_000, "finished"],
    ],
  );
});

test("LFM-1b's tracks file gives titles to played tracks that have none", async (t) => {
  const texts = { "LFM-1b_LEs.txt": EVENTS, "LFM-1b_tracks.txt": TRACKS };
  const options = { format: "lfm-1b", trackFiles: ["LFM-1b_tracks.txt"] } as const;
  const { catalogue, header } = await imported(t, texts, options);
  assert.deepEqual(
    catalogue.map(({ track, title, artists, album }) => [track, title, artists[0]?.id, album?.id]),
    [
      ["4", "Hallowed Be Thy Name", "2", "4"],
      ["5", "Without You", "2", "4"],
      ["6", "", "7", "9"],
    ],
  );
  assert.deepEqual(header.made_by.tracks, ["LFM-1b_tracks.txt"]);
});

test("LFM-1b's broken rows are counted by reason", async (t) => {
  const broken = "\t2\t4\t4\t1385212958\n1\t2\t4\t\t1385212958\n1\t2\t4\t4\t1385212958000\n1\t2\n";
  const options = { format: "lfm-1b", rejectedShareMax: 0.9 } as const;
  const { header } = await imported(t, { "LFM-1b_LEs.txt": EVENTS + broken }, options);
  assert.deepEqual(header.rejected, {
    "user-id is empty": 1,
    "track-id is empty": 1,
    "timestamp is no Unix time in seconds": 1,
    "other cells than the header": 1,
  });
});
