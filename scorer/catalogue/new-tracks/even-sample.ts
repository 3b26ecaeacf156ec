import type { TrackIndex } from "../../../core/domain/ids.ts";

/** Some of the rows that it was offered, evenly over all of them. */
export interface EvenSample {
  /** Rows come rising; one that comes twice in a row counts once. */
  offer(row: TrackIndex): void;
  readonly rows: readonly TrackIndex[];
  /** How many were offered. */
  seen(): number;
}

/** A sample has fewer rows than this, and at least half of them where so many were offered. */
export const SAMPLE_ROWS_MAX = 1_000;

/** Keeps every row at first; whenever it is full it drops every second one and from then on keeps
 *  half as many of those that come. So the sample depends on the rows alone. */
export function newEvenSample(rowsMax = SAMPLE_ROWS_MAX): EvenSample {
  let rows: TrackIndex[] = [];
  let stride = 1;
  let count = 0;
  let last = -1;
  return {
    offer(row) {
      if (row === last) return;
      last = row;
      if (count++ % stride !== 0) return;
      rows.push(row);
      if (rows.length < rowsMax) return;
      rows = rows.filter((_, at) => at % 2 === 0);
      stride *= 2;
    },
    get rows() {
      return rows;
    },
    seen: () => count,
  };
}
