// AssemblyScript, compiled into `scan.as.ts`.

import { ScoreTask } from "./scores.as";

/** One search, as `code-task.ts` writes it: 52 words of 4 bytes, in this order. */
@unmanaged
export class CodeTask {
  /** The query's columns, int16 [width], and the axes along which codes tell: int16
   *  [coordinates, width]. What is read of all rows is kept small. */
  query: usize;
  axes: usize;
  width: i32;
  coordinates: i32;
  /** Scratch: the query's coordinates, float32 [coordinates]. */
  turned: usize;
  /** float32 [coordinates, 16]: what each coordinate of a row is by its code. */
  books: usize;
  /** uint32 [subspaces]: of how many coordinates each code tells; a multiple of 8 codes. */
  widths: usize;
  subspaces: i32;
  /** Scratch: 16 tracks from anywhere, uint32, and a block of their codes. */
  gathered: usize;
  /** Scratch: float32 [subspaces, 16], and what of it is left after rounding, uint8 the same. */
  sums: usize;
  tables: usize;
  /** Blocks of 16 rows: for each two codes of a row, one after the other, 16 bytes with the first
   *  in the low bits. Byte 2 i is of row i, byte 2 i + 1 of row i + 8. A group, which is a part of
   *  a cluster or all of it, begins with a block of its own. */
  codes: usize;
  /** uint32 by row: its track. Rows that only fill a block have one that is excluded. */
  tracks: usize;
  /** The same codes by track, filled up to a multiple of 16 bytes, and uint32 by track: its
   *  group. */
  trackCodes: usize;
  groups: usize;
  /** Bitset by track, lowest bit first. */
  excluded: usize;
  /** uint32 [groups] each: the first block, and how many rows there are. */
  firsts: usize;
  sizes: usize;
  /** int16 [clusters, width]: the means of the tracks' columns. */
  centroids: usize;
  /** float32 [5, clusters up to a multiple of 4]: variances within clusters, and float32 [5], by
   *  what each counts for the variance of scores. */
  spreads: usize;
  factors: usize;
  /** Scratch, float32 [groups] each: what is added to what codes say, and what the best row is
   *  expected to score. Groups are read from the highest on, and none that is below the k best of
   *  what was read. */
  bases: usize;
  reaches: usize;
  /** Scratch: int32 [groups]. */
  waiting: usize;
  clusterCount: i32;
  /** Scratch, float32 [k]: a min-heap of the best scores that are known, or of -Infinity. */
  heap: usize;
  scoring: ScoreTask;
  /** A `FineTask`, or 0 where there are no rows of int8. */
  fine: usize;
  /** uint32 [listedCount]: tracks that are looked at in whatever cluster they are. */
  listed: usize;
  listedCount: i32;
  /** 1 where others are looked for in the clusters, too. */
  readsClusters: i32;
  k: i32;
  /** How many times its spread above its mean the best track of a group is expected. */
  reach: f32;
  /** How far what codes say may be below the k-th best, in lengths of the query's coordinates. */
  margin: f32;
  /** At most so many tracks, at least k, are looked at by more than their codes. */
  nearMax: i32;
  /** Scratch: what 1 in the tables stands for, and what zeros in all of them do. */
  unit: f32;
  floor: f32;
  /** Out: how many rows of groups were read, how many tracks were within the margin, and how many
   *  were scored. */
  rowsRead: i32;
  near: i32;
  scored: i32;
  /** 15. What is read stays in a register, where a constant would be made anew at each use. */
  lowBits: i32;
  /** What one step of the query stands for, and of each axis and centroid, float32. */
  queryStep: f32;
  axisSteps: usize;
  centroidSteps: usize;
  groupCount: i32;
  /** Scratch, float32 [clusters]: the mean scores of their tracks, where groups are parts. */
  clusterScores: usize;
  /** 1 where groups are parts of clusters; the others say something of parts alone. */
  hasParts: i32;
  /** Blocks, as of `codes`: what the tracks of a part differ by, on average, from its cluster's
   *  mean; and uint32 by part: its cluster. */
  partCodes: usize;
  partClusters: usize;
  /** float32 by part: how far its tracks are from that, in the coordinates of codes; and float32
   *  [coordinates]: which share of the squares of that is each one's. */
  partSpreads: usize;
  partShares: usize;
  /** Scratch: codes that say less are passed over, since enough others say more. */
  least: f32;
}
