import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_WEIGHTS } from "../../core/bundle/manifest.ts";
import { pseudoRandom, randomFloats } from "../../core/bundle/pseudo-random.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import type { Candidate } from "../candidates.ts";
import { chancesOf, type Exploration, newChooser } from "./choose.ts";
import { beginLikeness } from "./likeness.ts";

/** More of them come up than memory has rows at first. */
const [TRACKS, PLACES, OPTIONS] = [1500, 80, 50];
const DIVERSITY = 0.4;

test("lists of any width, one after the other, are what plain sums pick", () => {
  for (const [seed, dimension] of [7, 100, 8, 7, 1].entries()) {
    const world = drawnWorld(seed, dimension);
    const chooser = newChooser(DIVERSITY, undefined, world.vectorOf);
    const plain = plainDiversity(world);
    for (let place = 0; place < PLACES; place++) {
      const options = world.optionsAt(place);
      const { candidate } = chooser.choose(options);
      const scores = plain.scoresOf(options);
      assert.equal(
        candidate,
        options[scores.indexOf(Math.max(...scores))],
        `seed ${seed}, ${place}`,
      );
      plain.chosen.push(candidate.index);
    }
  }
});

test("exploring lists have the chances of plain sums", () => {
  const exploration: Exploration = { uniform: 0.1, temperature: 0.5, pool: OPTIONS, seed: 3 };
  const world = drawnWorld(9, 10);
  const chooser = newChooser(DIVERSITY, exploration, world.vectorOf);
  const plain = plainDiversity(world);
  for (let place = 0; place < PLACES; place++) {
    const options = world.optionsAt(place);
    const { candidate, propensity } = chooser.choose(options);
    const chances = chancesOf(plain.scoresOf(options), exploration);
    assert.ok(Math.abs(propensity - chances[options.indexOf(candidate)]!) < 1e-5, `${place}`);
    plain.chosen.push(candidate.index);
  }
});

test("a list is not asked any more once the next has begun", () => {
  const { vectorOf, optionsAt } = drawnWorld(1, 4);
  const first = beginLikeness(vectorOf);
  first.add(0 as TrackIndex);
  beginLikeness(vectorOf).add(1 as TrackIndex);
  assert.throws(() => first.mostOf(optionsAt(0)), { code: "bug" });
});

/** Tracks of which some have no direction, and options that come, go and come back. */
function drawnWorld(seed: number, dimension: number) {
  const random = pseudoRandom(seed + 1);
  const vectors = randomFloats(random, TRACKS * dimension);
  vectors.fill(0, 0, 30 * dimension);
  const vectorOf = (track: TrackIndex) =>
    vectors.subarray(track * dimension, (track + 1) * dimension);
  const all = Array.from({ length: TRACKS }, (_, at): Candidate => {
    const score = Math.fround(random());
    return { index: at as TrackIndex, score, parts: NO_WEIGHTS, skips: 0, adjustment: 0 };
  });
  const optionsAt = (place: number) =>
    all.filter(({ index }) => (index * 7 + place * (index % 5)) % (TRACKS / OPTIONS) === 0);
  return { vectorOf, optionsAt };
}

/** Maximal Marginal Relevance in float64, compared anew at every place. */
function plainDiversity({ vectorOf }: ReturnType<typeof drawnWorld>) {
  const chosen: TrackIndex[] = [];
  const units = Array.from({ length: TRACKS }, (_, track) => {
    const vector = Array.from(vectorOf(track as TrackIndex));
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  });
  const cosine = (one: TrackIndex, other: TrackIndex) => {
    const [left, right] = [units[one]!, units[other]!];
    let sum = 0;
    for (let axis = 0; axis < left.length; axis++) sum += left[axis]! * right[axis]!;
    return sum;
  };
  const scoresOf = (options: readonly Candidate[]) => {
    const scores = options.map(({ score }) => score);
    const [worst, best] = [Math.min(...scores), Math.max(...scores)];
    return options.map(({ index, score }) => {
      const cosines = chosen.map((track) => cosine(index, track));
      const most = cosines.length === 0 ? 0 : Math.max(...cosines);
      return (1 - DIVERSITY) * (score - worst) - DIVERSITY * (best - worst) * most;
    });
  };
  return { chosen, scoresOf };
}
