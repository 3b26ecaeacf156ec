import { type Interval, middle } from "../evaluate/bootstrap.ts";
import { seededRandom } from "../random.ts";

/** Ranks of the same predictions, those of one session beside each other. */
export interface RankedSessions {
  /** [predictions] */
  readonly ranks: Int32Array;
  /** [sessions]: how many of the predictions each session has. */
  readonly lengths: Int32Array;
}

export interface WorthIntervals {
  readonly worth: Interval;
  /** Of the worth minus that of `other`, on the same resamples; absent without one. */
  readonly difference?: Interval;
}

const LIST_LENGTH = 20;
const RESAMPLES = 1000;

/** Percentile bootstrap over whole sessions of √(recall@20 · mrr@20), as `compareModels` does it
 *  for means. They say how much the choice of sessions matters, and nothing of what choosing the
 *  best of many trials adds. */
export function worthIntervals(
  { ranks, lengths }: RankedSessions,
  { seed, other }: { readonly seed: number; readonly other: Int32Array | undefined },
): WorthIntervals {
  const own = sumsBySession(ranks, lengths);
  const others = other && sumsBySession(other, lengths);
  const random = seededRandom(seed, "worth intervals");
  const worths = new Float64Array(RESAMPLES);
  const differences = new Float64Array(RESAMPLES);
  const drawn = new Int32Array(lengths.length);
  for (let sample = 0; sample < RESAMPLES; sample++) {
    for (let at = 0; at < drawn.length; at++) drawn[at] = Math.floor(random() * drawn.length);
    const predictions = sumOver(lengths, drawn);
    worths[sample] = resampledWorth(own, drawn, predictions);
    if (others) {
      differences[sample] = worths[sample]! - resampledWorth(others, drawn, predictions);
    }
  }
  return { worth: middle(worths), ...(others && { difference: middle(differences) }) };
}

/** [sessions] each: predictions within the list, and the sum of one over their rank. */
interface SessionHits {
  readonly hits: Float64Array;
  readonly reciprocals: Float64Array;
}

function sumsBySession(ranks: Int32Array, lengths: Int32Array): SessionHits {
  const hits = new Float64Array(lengths.length);
  const reciprocals = new Float64Array(lengths.length);
  let start = 0;
  for (const [session, length] of lengths.entries()) {
    const heard = ranks.subarray(start, start + length).filter((rank) => rank <= LIST_LENGTH);
    hits[session] = heard.length;
    reciprocals[session] = heard.reduce((sum, rank) => sum + 1 / rank, 0);
    start += length;
  }
  return { hits, reciprocals };
}

function resampledWorth(
  { hits, reciprocals }: SessionHits,
  drawn: Int32Array,
  predictions: number,
): number {
  if (predictions === 0) return 0;
  return Math.sqrt(sumOver(hits, drawn) * sumOver(reciprocals, drawn)) / predictions;
}

function sumOver(values: Int32Array | Float64Array, drawn: Int32Array): number {
  let sum = 0;
  for (let at = 0; at < drawn.length; at++) sum += values[drawn[at]!]!;
  return sum;
}

/** Ranks as text, one letter for each: `a` is the first place, `t` the twentieth, a dot any further
 *  down. */
export function writePlaces(ranks: Int32Array): string {
  return Array.from(ranks, (rank) => (rank <= LIST_LENGTH ? LETTERS[rank - 1] : FAR)).join("");
}

/** [predictions]: the ranks; those further down are all beyond the list. */
export function readPlaces(places: string): Int32Array {
  return Int32Array.from(places, (letter) => {
    return letter === FAR ? LIST_LENGTH + 1 : LETTERS.indexOf(letter) + 1;
  });
}

const LETTERS = "abcdefghijklmnopqrst";
const FAR = ".";
