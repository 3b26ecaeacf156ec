import type { TrackBits } from "../../retrieval/track-bits.ts";
import type { ListColumn } from "../list-column.ts";

/** A part of a filter, ready to be asked of any row of the columns. */
export type Expression = Truth | Amount | Text | TextList;

interface Part {
  /** Whether it says the same of every track, but for a macro's variable. */
  readonly isFixed: boolean;
  /** How many steps it takes for one track, about. */
  readonly cost: number;
}

export interface Truth extends Part {
  readonly type: "bool";
  at(row: number): boolean;
  /** Where many rows can be judged faster together; see `fillBits`. */
  readonly fill?: (words: TrackBits, first: number) => void;
}

/** [count] numbers of the catalogue, by track. */
export type Column = Float64Array | Float32Array | Uint16Array | Uint8Array;

/** CEL's int and double alike: whole numbers up to 2⁵³ are exact. */
export interface Amount extends Part {
  readonly type: "number";
  /** NaN where it is not known. */
  at(row: number): number;
  /** Where it is a column of the catalogue. */
  readonly column?: Column;
  readonly constant?: number;
}

/** A number that is the same for every track. */
export function fixed(constant: number): Amount & { readonly constant: number } {
  return { type: "number", isFixed: true, cost: 0, constant, at: () => constant };
}

export interface Text extends Part {
  readonly type: "string";
  /** Empty where it is not known. */
  at(row: number): string;
}

export interface TextList extends Part {
  readonly type: "list";
  length(row: number): number;
  item(row: number, at: number): string | number;
  /** Where the items are texts of a dictionary: `column` has an item's place in `texts`. */
  readonly coded?: { readonly texts: readonly string[]; readonly column: ListColumn };
  /** The items of a list that is written out. */
  readonly constants?: readonly (string | number)[];
}

/** Sets `words` to what `truth` says of the tracks of as many words of a bitset, from word `first`
 *  on. */
export function fillBits(truth: Truth, words: TrackBits, first: number): void {
  if (truth.fill !== undefined) truth.fill(words, first);
  else fillByRow(truth.at, words, first);
}

function fillByRow(holds: (row: number) => boolean, words: TrackBits, first: number): void {
  let row = first * 32;
  for (let word = 0; word < words.length; word++) {
    let set = 0;
    for (let bit = 0; bit < 32; bit++) {
      if (holds(row)) set |= 1 << bit;
      row++;
    }
    words[word] = set;
  }
}

/** Both ends are within. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The rows of a column that are in the range. NaN is in no range. */
export function fillFrom(column: Column, range: Range): NonNullable<Truth["fill"]> {
  return (words, first) => {
    fillWithin(column.subarray(32 * first, 32 * (first + words.length)), range, words);
  };
}

/** Sets a bit of `words` for every value that is in the range, and clears the others. There may be
 *  fewer values than bits. */
export function fillWithin(values: Column, { low, high }: Range, words: TrackBits): void {
  for (let word = 0; word < words.length; word++) {
    const from = word * 32;
    const bits = Math.min(32, values.length - from);
    let set = 0;
    for (let bit = 0; bit < bits; bit++) {
      const value = values[from + bit]!;
      if (value >= low && value <= high) set |= 1 << bit;
    }
    words[word] = set;
  }
}
