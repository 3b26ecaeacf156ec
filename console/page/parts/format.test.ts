import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, clock, duration, figure, size, wordOf } from "./format.ts";

test("durations are told in the unit that people would use", () => {
  const told = [0.4, 480, 3_000, 89_000, 600_000, 7_200_000, 400_000_000].map(duration);
  assert.deepEqual(told, ["0 ms", "480 ms", "3 s", "89 s", "10 min", "2 h", "5 days"]);
  assert.equal(ago(1_000, 1_500), "just now");
  assert.equal(ago("1000", 61_000), "60 s ago");
});

test("sizes and figures keep the digits that count", () => {
  assert.deepEqual([size("0"), size(1_400), size("4321000000")], ["0 B", "1.4 kB", "4.3 GB"]);
  assert.deepEqual([figure(0), figure(0.347), figure(31_600.4)], ["0", "0.35", "31,600"]);
  assert.equal(clock(67_900), "1:07");
});

test("wire names become words", () => {
  assert.equal(wordOf("RUNG_LONG_TERM"), "long term");
  assert.equal(wordOf("EVENT_KIND_ADDED_TO_PLAYLIST"), "added to playlist");
});
