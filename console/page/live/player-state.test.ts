import assert from "node:assert/strict";
import { test } from "node:test";
import type { NextTracks } from "../wire/messages.ts";
import { leftSince, NO_PLAYER, withList } from "./player-state.ts";

test("the first track of a new list plays, and the others are told how they moved", () => {
  const playing = withList(NO_PLAYER, listOf("a", "b", "c", "d"), { advance: true });
  assert.equal(playing.current?.track, "a");
  assert.deepEqual(tracksOf(playing), ["b", "c", "d"]);
  assert.equal(playing.movements.size, 0, "a first list has not moved");
  const skipped = withList(playing, listOf("c", "d", "e", "b"), { advance: true });
  assert.equal(skipped.current?.track, "c");
  assert.deepEqual(Object.fromEntries(skipped.movements), {
    d: { kind: "rose", places: 2 },
    e: { kind: "new" },
    b: { kind: "fell", places: 2 },
  });
});

test("a list that is weighed anew leaves what plays alone", () => {
  const playing = withList(NO_PLAYER, listOf("a", "b", "c"), { advance: true });
  const before = { ...playing, positionMs: 4_000 };
  const after = withList(before, listOf("c", "a", "b"), { advance: false });
  assert.equal(after.current?.track, "a");
  assert.equal(after.positionMs, 4_000);
  assert.deepEqual(tracksOf(after), ["c", "b"]);
});

test("a list that is only confirmed goes on telling what moved it", () => {
  const playing = withList(NO_PLAYER, listOf("a", "b", "c"), { advance: true });
  const moved = withList(playing, listOf("c", "b"), { advance: false });
  const confirmed = withList(moved, listOf("c", "b"), { advance: false });
  assert.equal(moved.movements.get("c")?.kind, "rose");
  assert.deepEqual(confirmed.movements, moved.movements);
});

test("tracks that left are counted without the one that plays now", () => {
  const playing = withList(NO_PLAYER, listOf("a", "b", "c", "d"), { advance: true });
  const skipped = withList(playing, listOf("b", "x", "d"), { advance: true });
  assert.equal(leftSince(playing, skipped), 1, "only c left; b plays");
});

function listOf(...tracks: string[]): NextTracks {
  return {
    recommendationId: "r",
    bundleId: "b",
    rung: "RUNG_BLEND",
    tracks: tracks.map((track) => ({ track, score: 1, pushedBySkips: 0 })),
    shortenedBy: "",
  };
}

function tracksOf({ next }: { readonly next: NextTracks | undefined }): string[] {
  return next?.tracks.map(({ track }) => track) ?? [];
}
