import assert from "node:assert/strict";
import { test } from "node:test";
import { trackHash } from "../../../core/domain/hash.ts";
import type { TrackId } from "../../../core/domain/ids.ts";
import type { Derived } from "./derived.ts";
import { openNewTracks } from "./new-tracks.ts";

const id = (name: string) => name as TrackId;
const derived: Derived = {
  origin: { from: "artist", code: 3, tracks: 2 },
  models: { short: { vector: Float32Array.of(1, 2), bias: 0.5 } },
};

function table(max: number, taken?: string) {
  const isTaken = (hash: number) => taken !== undefined && hash === trackHash(id(taken));
  return openNewTracks({ first: 10, max, dimensions: { short: 2 }, isTaken });
}

test("a track is only known once it is shown, and no more when it is gone", () => {
  const fresh = table(4);
  const index = fresh.hold(id("pear"))!;
  assert.equal(index, 10);
  assert.equal(fresh.indexOf(id("pear")), undefined);
  assert.deepEqual(fresh.counts(), { shown: 0, withoutKin: 1, crowdedOut: 0 });
  fresh.show(index, derived);
  assert.equal(fresh.indexOf(id("pear")), index);
  assert.equal(fresh.indexOfHash(trackHash(id("pear"))), index);
  assert.equal(fresh.derivedOf(index), derived);
  assert.equal(fresh.hold(id("pear")), index, "what is held keeps its index");
  assert.equal(fresh.drop(id("pear")), index);
  assert.equal(fresh.indexOf(id("pear")), undefined);
  assert.equal(fresh.derivedOf(index), undefined);
  assert.equal(fresh.shown(), 0);
  assert.equal(fresh.drop(id("pear")), undefined);
});

test("where all places are taken the one that came first goes, and it is counted", () => {
  const fresh = table(2);
  const first = fresh.hold(id("a"))!;
  fresh.show(first, derived);
  fresh.show(fresh.hold(id("b"))!, derived);
  assert.equal(fresh.hold(id("c")), first, "its index is given on");
  assert.equal(fresh.indexOf(id("a")), undefined);
  assert.equal(fresh.derivedOf(first), undefined, "nothing of it is left");
  assert.deepEqual(fresh.counts(), { shown: 1, withoutKin: 1, crowdedOut: 1 });
  assert.equal(fresh.end(), 12);
});

test("tracks whose hash another track has are not held, nor any where there is no room", () => {
  assert.equal(table(4, "twin").hold(id("twin")), undefined);
  assert.equal(table(0).hold(id("a")), undefined);
});

test("tracks that share a vector share its row, which is free when the last one goes", () => {
  const fresh = table(4);
  const [a, b] = [fresh.hold(id("a"))!, fresh.hold(id("b"))!];
  fresh.show(a, derived);
  fresh.show(b, derived);
  assert.equal(fresh.vectors.count(), 1);
  assert.deepEqual([...fresh.vectors.dots("short", Float32Array.of(1, 1))], [3]);
  const other = { ...derived, models: { short: { vector: Float32Array.of(5, 0), bias: 0 } } };
  assert.equal(fresh.show(a, other), undefined, "b still uses it");
  assert.equal(fresh.show(b, undefined), derived);
  fresh.show(b, { ...derived });
  assert.equal(fresh.vectors.count(), 2);
  assert.deepEqual([...fresh.vectors.dots("short", Float32Array.of(1, 1))], [3, 5]);
});
