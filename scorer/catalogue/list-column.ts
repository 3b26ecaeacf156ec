/** A short list of codes for each track, all lists in one array. */
export interface ListColumn {
  /** Where the codes of `row` begin in `codes()`. */
  start(row: number): number;
  length(row: number): number;
  /** [count]: how many codes each row has. */
  readonly lengths: Uint16Array;
  /** All lists; another array after a `set`. */
  codes(): Uint32Array;
  /** Sets `counts` to how many codes of as many rows, from row `first` on, `marks` has as 1. */
  countMarked(marks: Uint8Array, first: number, counts: Uint16Array): void;
  set(row: number, codes: readonly number[]): void;
}

const CODES_AT_FIRST = 1024;

/** A list that does not fit where the old one stood goes to the end; where half of the array is
 *  left over like that, it is packed anew. */
export function newListColumn(count: number): ListColumn {
  const starts = new Uint32Array(count);
  const lengths = new Uint16Array(count);
  let codes = new Uint32Array(CODES_AT_FIRST);
  let end = 0;
  let used = 0;

  function pack(needed: number): void {
    const packed = new Uint32Array(2 * (used + needed));
    let at = 0;
    for (let row = 0; row < count; row++) {
      const from = starts[row]!;
      packed.set(codes.subarray(from, from + lengths[row]!), at);
      starts[row] = at;
      at += lengths[row]!;
    }
    codes = packed;
    end = at;
  }

  return {
    start: (row) => starts[row]!,
    length: (row) => lengths[row]!,
    lengths,
    codes: () => codes,
    countMarked(marks, first, counts) {
      const rows = Math.min(counts.length, count - first);
      for (let row = 0; row < rows; row++) {
        const from = starts[first + row]!;
        const to = from + lengths[first + row]!;
        let marked = 0;
        for (let at = from; at < to; at++) marked += marks[codes[at]!]!;
        counts[row] = marked;
      }
    },
    set(row, list) {
      used += list.length - lengths[row]!;
      if (list.length > lengths[row]!) {
        lengths[row] = 0;
        if (end + list.length > codes.length) pack(list.length);
        starts[row] = end;
        end += list.length;
      }
      lengths[row] = list.length;
      codes.set(list, starts[row]!);
    },
  };
}
