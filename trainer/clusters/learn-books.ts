import { type CodeBooks, encodeRow } from "../../core/bundle/code-books.ts";
import { CODE_VALUES } from "../../core/bundle/manifest.ts";

const ROUNDS = 12;

/** Learns the 16 values of each code from rows [·, T] by k-means (Lloyd 1982, doi
 *  10.1109/TIT.1982.1056489). */
export function learnBooks(rows: Float32Array, widths: Uint32Array): CodeBooks {
  const coordinates = widths.reduce((sum, width) => sum + width, 0);
  const count = rows.length / coordinates;
  const books = new Float32Array(coordinates * CODE_VALUES);
  for (let coordinate = 0; coordinate < coordinates; coordinate++) {
    for (let value = 0; value < CODE_VALUES; value++) {
      const row = Math.floor(((value + 0.5) * count) / CODE_VALUES);
      books[coordinate * CODE_VALUES + value] = rows[row * coordinates + coordinate] ?? 0;
    }
  }
  const learned = { widths, books };
  const codes = new Uint8Array(widths.length);
  const sums = new Float64Array(books.length);
  const sizes = new Float64Array(widths.length * CODE_VALUES);
  for (let round = 0; round < ROUNDS; round++) {
    sums.fill(0);
    sizes.fill(0);
    for (let from = 0; from < rows.length; from += coordinates) {
      encodeRow(learned, rows, from, codes);
      let coordinate = 0;
      for (const [subspace, code] of codes.entries()) {
        sizes[subspace * CODE_VALUES + code]! += 1;
        for (let end = coordinate + widths[subspace]!; coordinate < end; coordinate++) {
          sums[coordinate * CODE_VALUES + code]! += rows[from + coordinate]!;
        }
      }
    }
    moveValues(learned, sums, sizes);
  }
  return learned;
}

/** To the means of the rows that have them; one that no row has stays. */
function moveValues({ widths, books }: CodeBooks, sums: Float64Array, sizes: Float64Array): void {
  let coordinate = 0;
  for (const [subspace, width] of widths.entries()) {
    for (let end = coordinate + width; coordinate < end; coordinate++) {
      for (let value = 0; value < CODE_VALUES; value++) {
        const size = sizes[subspace * CODE_VALUES + value]!;
        const at = coordinate * CODE_VALUES + value;
        if (size > 0) books[at] = sums[at]! / size;
      }
    }
  }
}
