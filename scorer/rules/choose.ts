import type { Candidate } from "../candidates.ts";
import { beginLikeness, type VectorOf } from "./likeness.ts";
import { seededChance } from "./seeded-chance.ts";

/** Takes one of the tracks that the rules allow at a place. */
export interface Chooser {
  /** How many of them, the best ones, it wants to choose from. */
  readonly optionsMax: number;
  /** `options` are in order of score, at least one. */
  choose(options: readonly Candidate[]): Choice;
}

export interface Choice {
  readonly candidate: Candidate;
  /** How likely it was, given the choices before. */
  readonly propensity: number;
}

export interface Exploration {
  /** 0 to 1. */
  readonly uniform: number;
  /** In units of score. */
  readonly temperature: number;
  readonly pool: number;
  readonly seed: number;
}

/** How many options diversity compares. */
const DIVERSE_OPTIONS = 100;

/** The best track, the one that differs from those before it, or one that is drawn. */
export function newChooser(
  diversity: number,
  exploration: Exploration | undefined,
  vectorOf: VectorOf | undefined,
): Chooser {
  const score = diversity > 0 && vectorOf !== undefined ? diverse(diversity, vectorOf) : undefined;
  const random = exploration && seededChance(exploration.seed);
  return {
    optionsMax: exploration?.pool ?? (score === undefined ? 1 : DIVERSE_OPTIONS),
    choose(options) {
      const scores = score?.of(options) ?? options.map((option) => option.score);
      const chances = exploration && chancesOf(scores, exploration);
      const at = chances === undefined ? bestOf(scores) : drawn(chances, random!());
      const candidate = options[at]!;
      score?.add(candidate.index);
      return { candidate, propensity: chances === undefined ? 1 : chances[at]! };
    },
  };
}

/** Each option's chance: (1 − uniform) · softmax(score / temperature) + uniform / options. */
export function chancesOf(
  scores: readonly number[],
  { uniform, temperature }: Pick<Exploration, "uniform" | "temperature">,
): readonly number[] {
  const best = bestOf(scores);
  const powers = scores.map((score, at) => {
    if (temperature === 0) return at === best ? 1 : 0;
    return Math.exp((score - scores[best]!) / temperature);
  });
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => (1 - uniform) * (power / sum) + uniform / scores.length);
}

function drawn(chances: readonly number[], random: number): number {
  let left = random;
  for (const [at, chance] of chances.entries()) {
    left -= chance;
    if (left < 0) return at;
  }
  // Rounding left a little over: the last one that can be drawn at all.
  return chances.findLastIndex((chance) => chance > 0);
}

/** Of equal scores the first. */
function bestOf(scores: readonly number[]): number {
  let best = 0;
  for (let at = 1; at < scores.length; at++) if (scores[at]! > scores[best]!) best = at;
  return best;
}

/** Maximal Marginal Relevance, in units of score: (1 − diversity) · (score − worst) − diversity ·
 *  (best − worst) · the highest cosine with a track before it.
 *  Source: Carbonell and Goldstein 1998, doi 10.1145/290941.291025, where λ is 1 − diversity. */
function diverse(diversity: number, vectorOf: VectorOf) {
  const likeness = beginLikeness(vectorOf);
  return {
    of(options: readonly Candidate[]): readonly number[] {
      const most = likeness.mostOf(options);
      let [worst, best] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const { score } of options) {
        if (score < worst) worst = score;
        if (score > best) best = score;
      }
      const range = best - worst;
      return options.map(({ score }, at) => {
        return (1 - diversity) * (score - worst) - diversity * range * most[at]!;
      });
    },
    add: likeness.add,
  };
}

/** A vector of length 0 stays one. */
export function unitVector(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((value) => value / length);
}

export function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let axis = 0; axis < one.length; axis++) sum += one[axis]! * other[axis]!;
  return sum;
}
