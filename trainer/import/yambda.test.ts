import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { imported } from "./imported.fixture.ts";
import { YAMBDA_FROM_MS } from "./yambda.ts";

const FOLDER = join(import.meta.dirname, "fixtures");
const LISTENS = await readFile(join(FOLDER, "listens.parquet"));
const LIKES = await readFile(join(FOLDER, "likes.parquet"));
const MULTI_EVENT = await readFile(join(FOLDER, "multi_event.parquet"));

test("half of a track is listened to, less is a skip, and times are steps of 5 s", async (t) => {
  const options = { format: "yambda", rejectedShareMax: 0.2 } as const;
  const { header, events } = await imported(t, { "listens.parquet": LISTENS }, options);
  assert.deepEqual(
    events.map((event) => [
      event.listener,
      event.track,
      (event.happenedAtMs - YAMBDA_FROM_MS) / 1000,
      event.kind,
      event.playedMs,
      event.trackMs,
      event.contextKind,
    ]),
    [
      ["10", "9270848", 106_910, "finished", 195_000, 195_000, "unspecified"],
      ["10", "6185100", 107_135, "skipped", 28_800, 240_000, "recommendation"],
      ["20", "6928395", 15_929_455, "finished", 90_000, 180_000, "unspecified"],
      ["20", "4294967295", 15_929_455, "finished", 81_000, 60_000, "recommendation"],
    ],
  );
  assert.deepEqual(header.rejected, { "played_ratio_pct is no share": 1 });
});

test("likes and dislikes are events, taking them back is not", async (t) => {
  const texts = { "multi_event.parquet": MULTI_EVENT, "likes.parquet": LIKES };
  const options = { format: "yambda", rejectedShareMax: 0.2 } as const;
  const { header, events } = await imported(t, texts, options);
  assert.deepEqual(
    events.map(({ track, kind }) => [track, kind]),
    [
      ["1", "finished"],
      ["1", "liked"],
      ["2", "skipped"],
      ["2", "disliked"],
      ["3", "liked"],
    ],
  );
  assert.deepEqual(header.rejected, {
    "a like or dislike was taken back": 1,
    "neither event_type nor the file's name says what happened": 1,
  });
});

test("a file whose name says nothing and that lacks event_type is refused", async (t) => {
  const attempt = imported(t, { "x.parquet": LIKES }, { format: "yambda" });
  await assert.rejects(attempt, { code: "bad_log_folder", message: /the file's name/ });
});
