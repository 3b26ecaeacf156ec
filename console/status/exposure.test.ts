import assert from "node:assert/strict";
import { test } from "node:test";
import type { TrackId } from "../../core/domain/ids.ts";
import type { RecommendedTrack } from "../../scorer/recommendation.ts";
import { createExposure, mostExposed } from "./exposure.ts";

test("a track's exposure is the lists that it was in, and its mean place in them", async () => {
  const exposure = createExposure(100);
  for (const tracks of ["abc", "bc", "ba", "ba"]) exposure.onRecommended(listOf(tracks));
  const count = await exposure.count();
  assert.equal(count.lists, 4);
  assert.deepEqual(Object.fromEntries(count.byTrack), {
    a: { lists: 3, meanRank: (1 + 2 + 2) / 3 },
    b: { lists: 4, meanRank: (2 + 1 + 1 + 1) / 4 },
    c: { lists: 2, meanRank: (3 + 2) / 2 },
  });
  assert.deepEqual(mostExposed(count, 2), ["b", "a"]);
});

test("the oldest lists are forgotten once more is remembered than was asked for", async () => {
  const exposure = createExposure(6);
  for (const tracks of ["xyz", "abc", "bcd"]) exposure.onRecommended(listOf(tracks));
  const count = await exposure.count();
  assert.equal(count.lists, 2);
  assert.deepEqual([...count.byTrack.keys()].sort(), ["a", "b", "c", "d"]);
});

/** A list of tracks that are named by one letter each. */
function listOf(tracks: string): { readonly tracks: readonly RecommendedTrack[] } {
  return { tracks: [...tracks].map((track) => ({ track: track as TrackId }) as RecommendedTrack) };
}
