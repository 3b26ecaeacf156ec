import assert from "node:assert/strict";
import { test } from "node:test";
import { holdReplies } from "./hold-replies.ts";

test("no list breaks a rule of its request, and a short one could not be longer", async () => {
  const held = { lists: 0, short: 0, tracks: 0 };
  for (let seed = 1; seed <= 8; seed++) {
    const { lists, short, tracks } = await holdReplies(seed);
    held.lists += lists;
    held.short += short;
    held.tracks += tracks;
  }
  assert.equal(held.lists, 4000);
  assert.ok(held.short > 400 && held.short < 3600, "both kinds of lists were met");
  assert.ok(held.tracks > 20_000);
});
