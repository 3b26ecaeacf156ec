import { setImmediate as nextTurn } from "node:timers/promises";
import type { TrackIndex } from "../../core/domain/ids.ts";
import type { TrackBits } from "../retrieval/track-bits.ts";
import type { CatalogueColumns } from "./columns.ts";
import { compileFilter } from "./filter/compile-filter.ts";
import { fillBits, type Truth } from "./filter/expression.ts";

/** Sets of tracks that stand as long as somebody asks for them: what a filter lets through, and
 *  what may be played in a country. Each is made once, and then follows the catalogue. */
export interface StandingSets {
  /** The tracks that pass a filter. The set changes later, with the catalogue: it holds for the
   *  turn of the event loop in which it is given. Throws `bad_request` on `field`. */
  passing(filter: string, field: string): Promise<StandingSet>;
  /** Makes the sets anew where the columns have changed, and for rows that came. */
  refresh(rows: readonly TrackIndex[]): void;
}

export interface StandingSet {
  readonly bits: TrackBits;
  readonly truth: Truth;
}

/** The sets that were asked for last are kept: 64 of them have 8 MB with a million tracks. */
const SETS_MAX = 64;
/** After so many steps of a filter, 1 to 2 ms of them, others have their turn. */
const STEPS_AT_ONCE = 400_000;

export function openStandingSets(columns: CatalogueColumns): StandingSets {
  const sets = new Map<string, StandingSet & { readonly made: Promise<void> }>();
  return {
    async passing(filter, field) {
      let set = sets.get(filter);
      if (set === undefined) {
        const truth = compileFilter(columns, filter, field);
        const bits = new Uint32Array(Math.ceil(columns.count / 32));
        set = { bits, truth, made: fillInTurns(columns, truth, bits) };
        if (sets.size >= SETS_MAX) sets.delete(sets.keys().next().value!);
      } else {
        sets.delete(filter);
      }
      sets.set(filter, set);
      await set.made;
      return set;
    },
    refresh(rows) {
      if (sets.size === 0) return;
      const words = new Set(rows.map((row) => row >>> 5));
      for (const { truth, bits } of sets.values()) {
        for (const word of words) fill(columns, truth, bits.subarray(word, word + 1), word);
      }
    },
  };
}

async function fillInTurns(
  columns: CatalogueColumns,
  truth: Truth,
  bits: TrackBits,
): Promise<void> {
  const wordsAtOnce = Math.ceil(STEPS_AT_ONCE / (32 * Math.max(1, truth.cost)));
  const words = Math.ceil(columns.end() / 32);
  for (let word = 0; word < words; word += wordsAtOnce) {
    if (word > 0) await nextTurn();
    fill(columns, truth, bits.subarray(word, Math.min(words, word + wordsAtOnce)), word);
  }
}

/** A track that the catalogue does not hold passes nothing. */
function fill({ known }: CatalogueColumns, truth: Truth, words: TrackBits, first: number): void {
  fillBits(truth, words, first);
  for (let at = 0; at < words.length; at++) words[at] = words[at]! & known[first + at]!;
}
