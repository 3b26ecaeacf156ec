import { MODEL_NAMES, type ModelName } from "../../../core/domain/ids.ts";
import {
  kernelsOn,
  memoryPlan,
  newScanMemory,
  type ScanKernels,
} from "../../retrieval/scan-memory.ts";
import type { Derived } from "./derived.ts";

/** Derived vectors in the memory of the scan kernels, each once, however many tracks share it. */
export interface VectorRows {
  /** The row of `derived`, which one more track uses now. */
  use(derived: Derived): number;
  /** Takes back one `use`; returns whether it was the last. */
  release(derived: Derived): boolean;
  /** How many rows there are, free ones among them. */
  count(): number;
  /** [count]: each row's dot product with `query`, [D], by the order of summation that `Retriever`
   *  states; it holds until the next call. */
  dots(name: ModelName, query: Float32Array): Float32Array;
  /** [count]: each row's bias. */
  biases(name: ModelName): Float32Array;
  /** [count]: each row's cosine with `query`, [D], 0 where either has no length. */
  cosines(name: ModelName, query: Float32Array): Float32Array;
}

const ROWS_AT_FIRST = 256;

interface Memory {
  readonly capacity: number;
  readonly buffer: SharedArrayBuffer;
  readonly kernels: ScanKernels;
  readonly places: Readonly<Partial<Record<ModelName, Places>>>;
}

/** All are bytes; `width` is D rounded up to whole lanes. */
interface Places {
  readonly width: number;
  readonly query: number;
  readonly vectors: number;
  readonly bias: number;
  readonly dots: number;
}

type Dimensions = Readonly<Partial<Record<ModelName, number>>>;

/** The memory doubles whenever it is full. */
export function newVectorRows(dimensions: Dimensions): VectorRows {
  let memory: Memory | undefined;
  const used = new Map<Derived, { readonly row: number; users: number }>();
  const free: number[] = [];
  let count = 0;

  const models = () => MODEL_NAMES.filter((name) => dimensions[name] !== undefined);
  const placesOf = (name: ModelName) => memory!.places[name]!;

  function grow(): Memory {
    const before = memory;
    const next = openMemory(dimensions, 2 * (before?.capacity ?? ROWS_AT_FIRST / 2));
    for (const name of before === undefined ? [] : models()) {
      const [from, to] = [before!.places[name]!, next.places[name]!];
      const length = count * from.width;
      floats(next, to.vectors, length).set(floats(before!, from.vectors, length));
      floats(next, to.bias, count).set(floats(before!, from.bias, count));
    }
    return next;
  }

  function write(row: number, derived: Derived): void {
    for (const name of models()) {
      const { width, vectors, bias } = placesOf(name);
      const { vector, bias: own } = derived.models[name]!;
      floats(memory!, vectors + row * width * 4, width).set(vector);
      floats(memory!, bias, count)[row] = own;
    }
  }

  return {
    use(derived) {
      const known = used.get(derived);
      if (known !== undefined) {
        known.users += 1;
        return known.row;
      }
      const row = free.pop() ?? count++;
      if (memory === undefined || row >= memory.capacity) memory = grow();
      used.set(derived, { row, users: 1 });
      write(row, derived);
      return row;
    },
    release(derived) {
      const known = used.get(derived)!;
      known.users -= 1;
      if (known.users > 0) return false;
      used.delete(derived);
      free.push(known.row);
      return true;
    },
    count: () => count,
    dots: (name, query) => dotsIn(memory!, { name, query, count }),
    biases: (name) => floats(memory!, placesOf(name).bias, count),
    cosines: (name, query) => cosinesIn(memory!, { name, query, count }),
  };
}

function floats({ buffer }: Memory, place: number, length: number): Float32Array {
  return new Float32Array(buffer, place, length);
}

/** Of the first `count` rows. */
interface Asked {
  readonly name: ModelName;
  readonly query: Float32Array;
  readonly count: number;
}

function dotsIn(memory: Memory, { name, query, count }: Asked): Float32Array {
  const { width, vectors, dots, query: place } = memory.places[name]!;
  floats(memory, place, query.length).set(query);
  memory.kernels.dotRows(place, vectors, width, 0, count, dots);
  return floats(memory, dots, count);
}

function cosinesIn(memory: Memory, asked: Asked): Float32Array {
  const { width, vectors, dots, query } = memory.places[asked.name]!;
  // What follows overwrites the first of them.
  const products = dotsIn(memory, asked).slice();
  const lengthAt = (place: number) => {
    memory.kernels.dotRows(place, place, width, 0, 1, dots);
    return Math.sqrt(floats(memory, dots, 1)[0]!);
  };
  const length = lengthAt(query);
  return products.map((product, row) => {
    const both = length * lengthAt(vectors + row * width * 4);
    return both > 0 ? product / both : 0;
  });
}

const LANES = 4;

function openMemory(dimensions: Dimensions, capacity: number): Memory {
  const plan = memoryPlan();
  const places: Partial<Record<ModelName, Places>> = {};
  for (const name of MODEL_NAMES) {
    const dimension = dimensions[name];
    if (dimension === undefined) continue;
    const width = Math.ceil(dimension / LANES) * LANES;
    places[name] = {
      width,
      query: plan.place(width * 4),
      vectors: plan.place(capacity * width * 4),
      bias: plan.place(capacity * 4),
      dots: plan.place(capacity * 4),
    };
  }
  const memory = newScanMemory(plan.bytes());
  return { capacity, places, buffer: memory.buffer, kernels: kernelsOn(memory) };
}
