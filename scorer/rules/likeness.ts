import { Failure } from "../../core/domain/failure.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import {
  kernelsOn,
  memoryPlan,
  newScanMemory,
  type ScanKernels,
} from "../retrieval/scan-memory.ts";
import { lengthOf } from "../retrieval/vector-length.ts";

/** A track's vector in the space of one model. */
export type VectorOf = (track: TrackIndex) => Float32Array;

/** How much tracks are like those that are in a list so far. */
export interface Likeness {
  /** [tracks]: each one's highest cosine with a track of the list, 0 while that is empty. It holds
   *  until the next call. */
  mostOf(tracks: readonly { readonly index: TrackIndex }[]): Float32Array;
  /** Puts a track on the list. */
  add(track: TrackIndex): void;
}

/** Begins an empty list. Every list uses the same memory, so that the ones before it are done. */
export function beginLikeness(vectorOf: VectorOf): Likeness {
  const turn = ++turns;
  const rowOf = new Map<TrackIndex, number>();
  let memory: Memory | undefined;
  let length = 0;

  /** With room for the rows of `more` tracks. */
  function roomFor(more: number, dimension: () => number): Memory {
    if (turn !== turns) throw new Failure("bug", "the next list has begun");
    memory ??= keptFor(dimension());
    if (rowOf.size + more > memory.capacity) memory = grown(memory, rowOf.size + more);
    return memory;
  }

  function rowIn(room: Memory, track: TrackIndex): number {
    const known = rowOf.get(track);
    if (known !== undefined) return known;
    const row = rowOf.size;
    rowOf.set(track, row);
    writeUnit(room, row, vectorOf(track));
    return row;
  }

  return {
    mostOf(tracks) {
      if (length === 0) return new Float32Array(tracks.length);
      const room = roomFor(tracks.length, () => vectorOf(tracks[0]!.index).length);
      const { rows, compared, behind, answer, most } = room;
      let count = 0;
      for (let at = 0; at < tracks.length; at++) {
        const row = rowIn(room, tracks[at]!.index);
        rows[at] = row;
        if (compared[row] === length - 1) behind[count++] = row;
        else if (compared[row]! < length) compareWithListed(room, row, length);
      }
      compareWithLast(room, count, length);
      for (let at = 0; at < tracks.length; at++) answer[at] = most[rows[at]!]!;
      return answer.subarray(0, tracks.length);
    },
    add(track) {
      const room = roomFor(1, () => vectorOf(track).length);
      room.listed[length++] = rowIn(room, track);
    },
  };
}

/** Unit vectors as rows for the kernels; `capacity` is the length of all that is by row. */
interface Memory {
  readonly capacity: number;
  /** At least D, in whole lanes. */
  readonly width: number;
  readonly kernels: ScanKernels;
  /** In bytes: the arrays below that the kernels use. */
  readonly places: Readonly<Record<"units" | "listed" | "behind" | "cosines", number>>;
  /** [capacity, width] */
  readonly units: Float32Array;
  /** The rows of the list's tracks, in its order. */
  readonly listed: Int32Array;
  /** Rows that are compared with the last track of the list alone. */
  readonly behind: Int32Array;
  readonly cosines: Float32Array;
  /** By row: the highest cosine with the first `compared` of the list. */
  readonly most: Float32Array;
  readonly compared: Int32Array;
  /** By track that is asked for: its row, and what is said of it. */
  readonly rows: Int32Array;
  readonly answer: Float32Array;
}

const LANES = 4;
const ROWS_AT_FIRST = 512;
/** A list that needs more has memory of its own, which goes with it. */
const KEPT_ROWS_MAX = 8192;

let turns = 0;
let kept: Memory | undefined;

function keptFor(dimension: number): Memory {
  const width = LANES * Math.ceil(dimension / LANES);
  if (kept === undefined || kept.width < width) kept = openMemory(width, ROWS_AT_FIRST);
  return kept;
}

function grown(before: Memory, rows: number): Memory {
  const capacity = Math.max(rows, 2 * before.capacity);
  const memory = openMemory(before.width, capacity);
  for (const name of ["units", "listed", "most", "compared"] as const) {
    memory[name].set(before[name]);
  }
  if (capacity <= KEPT_ROWS_MAX) kept = memory;
  return memory;
}

function openMemory(width: number, capacity: number): Memory {
  const plan = memoryPlan();
  const places = {
    units: plan.place(capacity * width * 4),
    listed: plan.place(capacity * 4),
    behind: plan.place(capacity * 4),
    cosines: plan.place(capacity * 4),
  };
  const memory = newScanMemory(plan.bytes());
  const { buffer } = memory;
  return {
    ...{ capacity, width, places, kernels: kernelsOn(memory) },
    units: new Float32Array(buffer, places.units, capacity * width),
    listed: new Int32Array(buffer, places.listed, capacity),
    behind: new Int32Array(buffer, places.behind, capacity),
    cosines: new Float32Array(buffer, places.cosines, capacity),
    most: new Float32Array(capacity),
    compared: new Int32Array(capacity),
    rows: new Int32Array(capacity),
    answer: new Float32Array(capacity),
  };
}

/** A row that is compared with nothing yet. Columns beyond the vector's are 0 in every row. */
function writeUnit({ units, width, most, compared }: Memory, row: number, vector: Float32Array) {
  const length = lengthOf(vector) || 1;
  const from = row * width;
  for (let axis = 0; axis < vector.length; axis++) units[from + axis] = vector[axis]! / length;
  units.fill(0, from + vector.length, from + width);
  most[row] = Number.NEGATIVE_INFINITY;
  compared[row] = 0;
}

/** Compares a row with all of the list's tracks that it has not been compared with. */
function compareWithListed(memory: Memory, row: number, length: number): void {
  const { kernels, places, width, cosines, most, compared } = memory;
  const [unit, from] = [places.units + row * width * 4, compared[row]!];
  const listed = places.listed + from * 4;
  kernels.dotRows(unit, places.units, width, listed, length - from, places.cosines);
  for (let at = 0; at < length - from; at++) most[row] = Math.max(most[row]!, cosines[at]!);
  compared[row] = length;
}

/** Compares the first `count` rows of those that are behind with the list's last track. */
function compareWithLast(memory: Memory, count: number, length: number): void {
  const { kernels, places, width, listed, behind, cosines, most, compared } = memory;
  const last = places.units + listed[length - 1]! * width * 4;
  kernels.dotRows(last, places.units, width, places.behind, count, places.cosines);
  for (let at = 0; at < count; at++) {
    const row = behind[at]!;
    most[row] = Math.max(most[row]!, cosines[at]!);
    compared[row] = length;
  }
}
