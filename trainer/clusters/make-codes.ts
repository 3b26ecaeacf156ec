import type { TrackCodes } from "../../core/bundle/bundle.ts";
import { type CodeBooks, encodeRow } from "../../core/bundle/code-books.ts";
import { CODES_PER_WORD } from "../../core/bundle/manifest.ts";
import type { TrackSpace } from "../../scorer/retrieval/retriever.ts";
import type { QueryWork } from "./cluster-points.ts";
import type { ClusteredTracks } from "./cluster-tracks.ts";
import { codeAxes } from "./code-axes.ts";
import { divideCoordinates } from "./divide-coordinates.ts";
import { learnBooks } from "./learn-books.ts";
import { addSquare, queryMoments } from "./query-moments.ts";
import { type TrackColumns, trackColumns } from "./track-columns.ts";
import { openRowTurning, type RowTurning } from "./turn-rows.ts";

/** Codes of a track: 32 bytes. */
const SUBSPACES = 64;
/** Axes and values are learned from so many tracks. */
const SAMPLE_TRACKS = 8192;
const ROWS_AT_ONCE = 1024;

/** Codes of all tracks, in the metric of the scores: what the queries multiply more is told more
 *  exactly. */
export async function makeCodes(
  space: TrackSpace,
  clustered: ClusteredTracks,
  plan: QueryWork,
): Promise<Omit<TrackCodes, "margin">> {
  const columns = trackColumns(space, clustered);
  const { width } = columns;
  const taken = Math.min(SAMPLE_TRACKS, space.count);
  const sample = columns.of(
    Int32Array.from({ length: taken }, (_, at) => Math.floor((at * space.count) / taken)),
  );
  const moments = queryMoments(space, plan.queries, secondMoments(sample, width));
  const { ofTracks, ofQueries } = codeAxes(moments, sample, width);
  plan.stopCheck();
  const turning = await openRowTurning(Float32Array.from(ofTracks), width);
  try {
    const turned = await turning.turn(sample);
    const { axes, widths } = chooseAxes(variancesOf(turned, width));
    const learned = learnBooks(pick(turned, axes, width), widths);
    const codes = await encodeAll({ space, columns, turning, axes, learned }, plan);
    const queryAxes = new Float32Array(axes.length * width);
    for (const [at, axis] of axes.entries()) {
      queryAxes.set(ofQueries.subarray(axis * width, (axis + 1) * width), at * width);
    }
    return { axes: queryAxes, ...learned, codes };
  } finally {
    await turning.close();
  }
}

function secondMoments(rows: Float32Array, width: number): Float64Array {
  const moments = new Float64Array(width * width);
  const count = rows.length / width;
  for (let row = 0; row < count; row++) {
    addSquare(moments, rows.subarray(row * width, (row + 1) * width));
  }
  return moments.map((sum) => sum / count);
}

/** [W]: the mean square of each coordinate. */
function variancesOf(rows: Float32Array, width: number): Float64Array {
  const variances = new Float64Array(width);
  const count = rows.length / width;
  for (let at = 0; at < rows.length; at++) variances[at % width]! += rows[at]! ** 2 / count;
  return variances;
}

/** The axes that codes tell of, the one with most variance first, and how many each code has. */
function chooseAxes(variances: Float64Array): { axes: readonly number[]; widths: Uint32Array } {
  const order = Array.from(variances.keys()).sort((one, two) => variances[two]! - variances[one]!);
  const falling = Float64Array.from(order, (axis) => variances[axis]!);
  const widths = Uint32Array.from(divideCoordinates(falling, SUBSPACES));
  const axes = order.slice(
    0,
    widths.reduce((sum, own) => sum + own, 0),
  );
  return { axes, widths };
}

/** [rows, axes] of rows [·, W]. */
function pick(rows: Float32Array, axes: readonly number[], width: number): Float32Array {
  const picked = new Float32Array((rows.length / width) * axes.length);
  let to = 0;
  for (let from = 0; from < rows.length; from += width) {
    for (const axis of axes) picked[to++] = rows[from + axis]!;
  }
  return picked;
}

/** [count, subspaces / 8], by track. */
async function encodeAll(
  {
    space: { count },
    columns,
    turning,
    axes,
    learned,
  }: {
    readonly space: TrackSpace;
    readonly columns: TrackColumns;
    readonly turning: RowTurning;
    readonly axes: readonly number[];
    readonly learned: CodeBooks;
  },
  { stopCheck, progress }: QueryWork,
): Promise<Uint32Array> {
  const words = SUBSPACES / CODES_PER_WORD;
  const codes = new Uint32Array(count * words);
  const own = new Uint8Array(SUBSPACES);
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    stopCheck();
    progress(from, count);
    const length = Math.min(ROWS_AT_ONCE, count - from);
    const tracks = Int32Array.from({ length }, (_, at) => from + at);
    const turned = await turning.turn(columns.of(tracks));
    const rows = pick(turned, axes, columns.width);
    for (let row = 0; row < length; row++) {
      encodeRow(learned, rows, row * axes.length, own);
      for (const [subspace, code] of own.entries()) {
        const word = (from + row) * words + Math.floor(subspace / CODES_PER_WORD);
        codes[word]! |= code << (4 * (subspace % CODES_PER_WORD));
      }
    }
  }
  return codes;
}
