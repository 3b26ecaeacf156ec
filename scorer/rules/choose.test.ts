import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_WEIGHTS } from "../../core/bundle/manifest.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import type { Candidate } from "../candidates.ts";
import { chancesOf, type Exploration, newChooser } from "./choose.ts";
import { seededChance } from "./seeded-chance.ts";

/** Options of these scores; option n is track n. */
function optionsOf(scores: readonly number[]): Candidate[] {
  return scores.map((score, at) => ({
    index: at as TrackIndex,
    score,
    parts: NO_WEIGHTS,
    skips: 0,
    adjustment: 0,
  }));
}

const SCORES = [3, 2.5, 1, 0];

test("chances are the stated mixture of a softmax and of equal parts", () => {
  const [first, second, ...others] = chancesOf([1, 0], { uniform: 0.2, temperature: 0.5 });
  const softmax = 1 / (1 + Math.exp(-2));
  assert.ok(Math.abs(first! - (0.8 * softmax + 0.1)) < 1e-12);
  assert.ok(Math.abs(first! + second! - 1) < 1e-12);
  assert.deepEqual(others, []);
  assert.deepEqual(chancesOf(SCORES, { uniform: 0, temperature: 0 }), [1, 0, 0, 0]);
  assert.deepEqual(chancesOf(SCORES, { uniform: 1, temperature: 0 }), [0.25, 0.25, 0.25, 0.25]);
});

test("tracks are drawn as often as their propensity says, which is told", () => {
  const settings = { uniform: 0.1, temperature: 1, pool: 4 };
  const chances = chancesOf(SCORES, settings);
  const counts = [0, 0, 0, 0];
  const draws = 20_000;
  for (let seed = 0; seed < draws; seed++) {
    const chooser = newChooser(0, { ...settings, seed }, undefined);
    const { candidate, propensity } = chooser.choose(optionsOf(SCORES));
    assert.equal(propensity, chances[candidate.index]);
    counts[candidate.index]! += 1;
  }
  for (const [at, chance] of chances.entries()) {
    const deviation = Math.sqrt((chance * (1 - chance)) / draws);
    assert.ok(Math.abs(counts[at]! / draws - chance) < 5 * deviation, `option ${at}`);
  }
});

test("equal seeds draw the same, and another seed something else", () => {
  const draw = (seed: number) => {
    const exploration: Exploration = { uniform: 1, temperature: 0, pool: 4, seed };
    const chooser = newChooser(0, exploration, undefined);
    return Array.from({ length: 12 }, () => chooser.choose(optionsOf(SCORES)).candidate.index);
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});

test("a seeded chance is spread evenly, from its first number on", () => {
  const tenths = new Array<number>(10).fill(0);
  for (let seed = 0; seed < 10_000; seed++) tenths[Math.floor(seededChance(seed)() * 10)]! += 1;
  for (const count of tenths) assert.ok(Math.abs(count - 1000) < 150, String(tenths));
});

test("diversity passes over what is like the tracks before it", () => {
  // Tracks 0 and 1 point the same way, 2 and 3 another.
  const vectors = Float32Array.of(1, 0, 2, 0, 0, 1, 0, 3);
  const vectorOf = (track: TrackIndex) => vectors.subarray(2 * track, 2 * track + 2);
  const pick = (diversity: number) => {
    const chooser = newChooser(diversity, undefined, vectorOf);
    let options = optionsOf(SCORES);
    return SCORES.map(() => {
      const { candidate } = chooser.choose(options);
      options = options.filter((option) => option !== candidate);
      return candidate.index;
    });
  };
  assert.deepEqual(pick(0), [0, 1, 2, 3]);
  assert.deepEqual(pick(0.1), [0, 1, 2, 3], "too little to matter");
  assert.deepEqual(pick(0.6), [0, 2, 1, 3]);
});
