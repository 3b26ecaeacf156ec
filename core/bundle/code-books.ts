import { CODE_VALUES } from "./manifest.ts";

/** What each of the codes' values stands for: [T, 16]. */
export interface CodeBooks {
  /** [subspaces]: their sum is T. */
  readonly widths: Uint32Array;
  readonly books: Float32Array;
}

const distances = new Float64Array(CODE_VALUES);

/** Writes to `codes` [subspaces] the nearest values of the row that begins at `from`. */
export function encodeRow(
  { widths, books }: CodeBooks,
  rows: Float32Array,
  from: number,
  codes: Uint8Array,
): void {
  let coordinate = 0;
  for (let subspace = 0; subspace < widths.length; subspace++) {
    distances.fill(0);
    for (let end = coordinate + widths[subspace]!; coordinate < end; coordinate++) {
      const own = rows[from + coordinate]!;
      const place = coordinate * CODE_VALUES;
      for (let value = 0; value < CODE_VALUES; value++) {
        const off = own - books[place + value]!;
        distances[value] = distances[value]! + off * off;
      }
    }
    let nearest = 0;
    for (let value = 1; value < CODE_VALUES; value++) {
      if (distances[value]! < distances[nearest]!) nearest = value;
    }
    codes[subspace] = nearest;
  }
}

/** Of what the codes of some rows stand for. */
export interface Moments {
  /** [T] each. */
  readonly means: Float32Array;
  readonly variances: Float32Array;
}

export function newMoments({ books }: CodeBooks): Moments {
  const coordinates = books.length / CODE_VALUES;
  return { means: new Float32Array(coordinates), variances: new Float32Array(coordinates) };
}

/** Writes the moments of `size` rows, of which `counts`, [subspaces, 16], have each value. */
export function takeMoments(
  { means, variances }: Moments,
  { widths, books }: CodeBooks,
  { counts, size }: { readonly counts: Uint32Array; readonly size: number },
): void {
  let coordinate = 0;
  for (let subspace = 0; subspace < widths.length; subspace++) {
    for (let end = coordinate + widths[subspace]!; coordinate < end; coordinate++) {
      let [sum, squares] = [0, 0];
      for (let value = 0; value < CODE_VALUES; value++) {
        const times = counts[subspace * CODE_VALUES + value]!;
        const own = books[coordinate * CODE_VALUES + value]!;
        sum += times * own;
        squares += times * own * own;
      }
      const mean = sum / size;
      means[coordinate] = mean;
      variances[coordinate] = Math.max(0, squares / size - mean * mean);
    }
  }
}
