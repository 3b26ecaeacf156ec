import assert from "node:assert/strict";
import { test } from "node:test";
import { pseudoRandom, randomFloats } from "../core/bundle/pseudo-random.ts";
import type { TrackIndex } from "../core/domain/ids.ts";
import type { Candidate } from "./candidates.ts";
import { type Line, type NearestOnLine, openLineSearch } from "./line-search.ts";
import { bruteForce } from "./retrieval/brute-force.ts";
import type { Retriever } from "./retrieval/retriever.ts";
import { addTrack, noTracks } from "./retrieval/track-bits.ts";
import { dot, unitVector } from "./rules/choose.ts";

const [COUNT, DIMENSION, POINTS] = [2000, 12, 60];
const random = pseudoRandom(5);
const vectors = randomFloats(random, COUNT * DIMENSION);
// One without a direction, and two that are alike, of which searches find the second first.
vectors.fill(0, 0, DIMENSION);
vectors.copyWithin(20 * DIMENSION, 11 * DIMENSION, 12 * DIMENSION);
const bias = randomFloats(random, COUNT);
bias.set([-1], 11);
bias.set([1], 20);
const vectorOf = (track: number) => vectors.subarray(track * DIMENSION, (track + 1) * DIMENSION);
const retriever = bruteForce({
  count: COUNT,
  models: { short: { dimension: DIMENSION, vectors, bias } },
  popularity: new Float32Array(COUNT),
});

test("points of a line have the tracks that a search for each would compare, in fewer", () => {
  for (const scale of [0.5, 1000]) {
    const { line, nearest, searches } = opened({ scale, count: 80 });
    for (let point = 0; point < POINTS; point++) {
      assertNearest(line, point, nearest(point));
    }
    assert.ok(searches() < POINTS / 3, `${searches()} searches`);
  }
});

test("points may be asked for in any order", () => {
  const { line, nearest } = opened({ scale: 1000, count: 30 });
  for (const point of [41, POINTS - 1, 7, 59, 42, 0, 8]) {
    assertNearest(line, point, nearest(point));
  }
});

test("one point costs one search, and a small pool two for all", () => {
  const alone = opened({ scale: 1000, count: 30 });
  alone.nearest(20);
  assert.equal(alone.searches(), 1);
  const allowed = noTracks(COUNT);
  for (const track of [3, 5, 900, 1500]) addTrack(allowed, track as TrackIndex);
  const few = opened({ scale: 1000, count: 30, allowed, excluded: [5 as TrackIndex] });
  for (let point = 0; point < POINTS; point++) {
    const found = few.nearest(point).map(({ index }) => index);
    assert.deepEqual(found.toSorted(), [1500, 3, 900]);
  }
  assert.equal(few.searches(), 2);
});

function opened(asked: Pick<Line, "scale" | "count"> & Partial<Line["pool"]>): {
  line: Line;
  nearest: NearestOnLine;
  searches: () => number;
} {
  const { scale, count, allowed, excluded = [] } = asked;
  const [start, end] = [unitVector(vectorOf(10)), unitVector(vectorOf(11))];
  const pool = { excluded, ...(allowed && { allowed }) };
  const line: Line = { model: "short", start, end, points: POINTS, scale, count, pool };
  let searches = 0;
  const counted: Pick<Retriever, "retrieve"> = {
    retrieve(query) {
      searches += 1;
      return retriever.retrieve(query);
    },
  };
  const nearest = openLineSearch(
    { retriever: counted, tracks: { vectorOf: (_, at) => vectorOf(at) } },
    line,
  );
  return { line, nearest, searches: () => searches };
}

function assertNearest(line: Line, point: number, found: readonly Candidate[]): void {
  const { start, end, scale, count } = line;
  const along = (point + 1) / POINTS;
  const place = start.map((value, axis) => value + along * (end[axis]! - value));
  const unit = unitVector(place);
  const all = Array.from({ length: COUNT }, (_, track) => {
    const score = scale * dot(place, vectorOf(track)) + bias[track]!;
    return { index: track, score, cosine: dot(unit, unitVector(vectorOf(track))) };
  });
  const indices = new Set<number>(found.map(({ index }) => index));
  const best = all.toSorted((one, other) => other.score - one.score).slice(0, count);
  for (const { index } of best) assert.ok(indices.has(index), `${point} lacks ${index}`);
  assert.equal(indices.size, found.length, "each once");
  assert.ok(found.length <= 2 * count);
  for (const [at, { index, score, parts }] of found.entries()) {
    assert.ok(Math.abs(score - all[index]!.cosine) < 1e-6);
    assert.ok(Math.abs(parts.short - all[index]!.score) < 1e-5 * (1 + scale));
    const before = found[at - 1];
    if (before === undefined) continue;
    assert.ok(before.score > score || (before.score === score && before.index < index));
  }
}
