import { principalAxes } from "../../scorer/retrieval/principal-axes.ts";

/** Axes along which a track's columns are told by codes. The dot product of a track with a query
 *  is that of the track's coordinates with the query's, for all queries; and queries' coordinates
 *  are spread alike in all directions, so that a coordinate's error is the score's. */
export interface CodeAxes {
  /** [W, W], row-major, each: what a track's columns are turned by, and a query's. */
  readonly ofTracks: Float64Array;
  readonly ofQueries: Float64Array;
}

/** `moments` [W, W] are those of the queries, `rows` [·, W] some tracks' columns. With moments L·Lᵀ
 *  and principal axes U of the rows times L, tracks are turned by U·Lᵀ and queries by U·L⁻¹. */
export function codeAxes(moments: Float64Array, rows: Float32Array, width: number): CodeAxes {
  const lower = choleskyFactor(moments, width);
  const stretched = new Float32Array(rows.length);
  for (let from = 0; from < rows.length; from += width) {
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let row = column; row < width; row++) {
        sum += lower[row * width + column]! * rows[from + row]!;
      }
      stretched[from + column] = sum;
    }
  }
  const turn = principalAxes(stretched, width)?.axes ?? identity(width);
  const ofTracks = new Float64Array(width * width);
  const ofQueries = new Float64Array(width * width);
  for (let axis = 0; axis < width; axis++) {
    const from = axis * width;
    for (let row = 0; row < width; row++) {
      let sum = 0;
      for (let column = 0; column <= row; column++) {
        sum += turn[from + column]! * lower[row * width + column]!;
      }
      ofTracks[from + row] = sum;
    }
    for (let column = width - 1; column >= 0; column--) {
      let rest = turn[from + column]!;
      for (let row = column + 1; row < width; row++) {
        rest -= ofQueries[from + row]! * lower[row * width + column]!;
      }
      ofQueries[from + column] = rest / lower[column * width + column]!;
    }
  }
  return { ofTracks, ofQueries };
}

/** Source: Golub and Van Loan, Matrix Computations, 4th edition, section 4.2. */
function choleskyFactor(moments: Float64Array, width: number): Float64Array {
  const lower = new Float64Array(width * width);
  for (let row = 0; row < width; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = moments[row * width + column]!;
      for (let at = 0; at < column; at++) {
        rest -= lower[row * width + at]! * lower[column * width + at]!;
      }
      const isDiagonal = row === column;
      lower[row * width + column] = isDiagonal
        ? Math.sqrt(rest)
        : rest / lower[column * width + column]!;
    }
  }
  return lower;
}

function identity(width: number): Float32Array {
  return Float32Array.from({ length: width * width }, (_, at) => (at % (width + 1) === 0 ? 1 : 0));
}
