import assert from "node:assert/strict";
import { test } from "node:test";
import type { TrackId } from "../../core/domain/ids.ts";
import { seededChance } from "../rules/seeded-chance.ts";
import { teamDraft } from "./interleave.ts";

test("each round gives the best track of both lists that was not given yet", () => {
  const drafted = teamDraft([listOf("a", "b", "c", "d"), listOf("b", "e", "a", "f")], 4, () => 0);
  assert.deepEqual(
    drafted.map(({ item, team }) => `${item.track}${team}`),
    ["a0", "b1", "c0", "e1"],
  );
});

test("no track is given twice, and after each round both have given as many", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = seededChance(seed);
    const drawList = () => {
      const tracks = Array.from({ length: 12 }, (_, at) => ({ at, key: random() }));
      return tracks.sort((one, other) => one.key - other.key).map(({ at }) => itemOf(`t${at}`));
    };
    const lists = [drawList(), drawList()] as const;
    const drafted = teamDraft(lists, 8, random);
    assert.equal(new Set(drafted.map(({ item }) => item.track)).size, 8, `seed ${seed}`);
    for (let round = 0; round < 8; round += 2) {
      const teams = drafted.slice(round, round + 2).map(({ team }) => team);
      assert.deepEqual(teams.sort(), [0, 1], `seed ${seed}`);
    }
  }
});

test("two equal lists give each place to either with the same chance", () => {
  const list = listOf("a", "b", "c", "d");
  const random = seededChance(7);
  const counts = [0, 0, 0, 0];
  for (let trial = 0; trial < 4_000; trial++) {
    for (const [place, { team }] of teamDraft([list, list], 4, random).entries()) {
      if (team === 0) counts[place]! += 1;
    }
  }
  for (const count of counts) assert.ok(Math.abs(count - 2_000) < 150);
});

test("where a list is at its end the other goes on, and counts for nobody", () => {
  const drafted = teamDraft([listOf("a"), listOf("a", "b", "c")], 5, () => 0);
  assert.deepEqual(
    drafted.map(({ item, team }) => [item.track, team]),
    [
      ["a", 0],
      ["b", undefined],
      ["c", undefined],
    ],
  );
});

function listOf(...tracks: string[]) {
  return tracks.map(itemOf);
}

function itemOf(track: string) {
  return { track: track as TrackId };
}
