import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecommendedTrack, Weights } from "../wire/messages.ts";
import { whyThis } from "./why.ts";

const NONE: Weights = { shortTerm: 0, longTerm: 0, neighbours: 0, coplay: 0, popularity: 0 };

test("the sources that matter are told, the strongest first", () => {
  const shares = { ...NONE, shortTerm: 0.25, coplay: 0.7, popularity: 0.05 };
  assert.deepEqual(whyThis(track({ shares }), { skippedTitle: undefined }), [
    "Mostly because of what others played next (70%), then this session (25%).",
  ]);
  const alone = whyThis(track({ shares: { ...NONE, popularity: 1 } }), { skippedTitle: undefined });
  assert.deepEqual(alone, ["All because of what everybody plays (100%)."]);
});

test("a skip that held a track back is named, and so is one that lifted it", () => {
  const context = { skippedTitle: "Pale Stations" };
  const held = whyThis(track({ pushedBySkips: -0.4 }), context);
  assert.ok(held.includes("Held back, because it is like the skipped “Pale Stations”."));
  const lifted = whyThis(track({ pushedBySkips: 0.4 }), { skippedTitle: undefined });
  assert.ok(lifted.includes("Lifted, because it is unlike what was skipped."));
});

test("a track that no training knows yet says where it stands instead", () => {
  const told = whyThis(track({ newTrack: { words: "new, placed by 12 tracks by Ada" } }), {
    skippedTitle: undefined,
  });
  assert.equal(told[0], "In the catalogue: new, placed by 12 tracks by Ada.");
});

test("a chance of a skip is told only where it is known", () => {
  const told = whyThis(track({ skipProbability: 0.254 }), { skippedTitle: undefined });
  assert.equal(told.at(-1), "Chance that it would be skipped: 25%.");
  assert.equal(whyThis(track({}), { skippedTitle: undefined }).length, 1);
});

function track(change: Partial<RecommendedTrack>): RecommendedTrack {
  const shares = { ...NONE, shortTerm: 1 };
  return { track: "t", score: 1, shares, pushedBySkips: 0, ...change };
}
