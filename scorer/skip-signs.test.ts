import assert from "node:assert/strict";
import { test } from "node:test";
import { habitSigns, type RememberedPlay, trackSigns } from "./skip-signs.ts";

const play = (track: number, kind: RememberedPlay["kind"], sessionStart = false) =>
  ({ track, kind, sessionStart, context: "album" }) as const;

test("habits are counted over what is remembered, and over the session of the last event", () => {
  const remembered = [play(1, "skipped", true), play(2, "finished", true), play(3, "skipped")];
  assert.deepEqual(habitSigns(remembered), {
    streak: 1,
    session_share: 1 / 2,
    recent_share: 2 / 3,
    after_album: 1,
  });
});

test("a streak counts to three, and a session may be all that is remembered", () => {
  const skips = Array.from({ length: 5 }, (_, track) => play(track, "skipped"));
  const signs = habitSigns(skips);
  assert.equal(signs.streak, 3);
  assert.equal(signs.session_share, 1);
});

test("of a track, what happened last time counts", () => {
  const remembered = [play(1, "skipped"), play(2, "skipped"), play(1, "finished")];
  assert.deepEqual(trackSigns(remembered, 1), { heard_again: 1, skipped_before: 0 });
  assert.deepEqual(trackSigns(remembered, 2), { heard_again: 1, skipped_before: 1 });
  assert.deepEqual(trackSigns(remembered, 3), {});
});

test("nothing remembered says nothing", () => {
  assert.deepEqual(habitSigns([]), {});
});
