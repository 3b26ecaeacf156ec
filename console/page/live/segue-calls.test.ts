import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_PLAYER } from "./player-state.ts";
import { requestOf } from "./segue-calls.ts";

test("a list that nobody holds to anything is asked for without a filter and without rules", () => {
  const request = requestOf("ada", NO_PLAYER, {});
  assert.equal("filter" in request, false);
  assert.equal("rules" in request, false);
});

test("each wish is part of the request", () => {
  const wishes = { filter: "track.release_year > 1990", onePerArtist: true, unheardOnly: false };
  const request = requestOf("ada", { ...NO_PLAYER, wishes }, { without: "t1" });
  assert.partialDeepStrictEqual(request, {
    filter: "track.release_year > 1990",
    rules: { perArtist: { tracksMax: 1 } },
    excludeTracks: ["t1"],
  });
});
