import type { ModelSpace, TrackSpace } from "../../scorer/retrieval/retriever.ts";

/** What drawn vectors look like. */
export type Shape = "normal" | "trained" | "equal" | "tiny" | "few values";

export interface SpaceSizes {
  readonly count: number;
  readonly shortDimension: number;
  readonly longDimension: number;
  readonly shape: Shape;
}

export function drawSpace(draw: Draw, sizes: SpaceSizes): TrackSpace {
  const { count, shape } = sizes;
  const models: { short?: ModelSpace; long?: ModelSpace } = {};
  for (const name of ["short", "long"] as const) {
    const dimension = name === "short" ? sizes.shortDimension : sizes.longDimension;
    if (dimension === 0) continue;
    const bias = shape === "equal" ? new Float32Array(count) : draw.normals(count);
    models[name] = { dimension, vectors: drawVectors(draw, shape, count, dimension), bias };
  }
  const popularity = shape === "equal" ? new Float32Array(count) : draw.normals(count);
  return { count, models, popularity };
}

function drawVectors(draw: Draw, shape: Shape, count: number, dimension: number): Float32Array {
  const vectors = draw.normals(count * dimension);
  if (shape === "equal") return vectors.map((_, at) => vectors[at % dimension]!);
  if (shape === "tiny") return vectors.map((value) => value * 1e-42);
  if (shape === "few values") return vectors.map((value) => Math.round(value));
  if (shape !== "trained") return vectors;
  // Lengths that differ a thousandfold, some columns far larger than others, and a common
  // direction.
  const lengths = Array.from({ length: count }, () => 10 ** (3 * draw.uniform() - 2));
  return vectors.map((value, at) => {
    const column = at % dimension;
    return lengths[Math.floor(at / dimension)]! * (value / (1 + column) + (column === 0 ? 2 : 0));
  });
}

export type Draw = ReturnType<typeof drawer>;

/** Repeatable chance from a seed (mulberry32). */
export function drawer(seed: number) {
  let state = seed | 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    below: (limit: number) => Math.floor(uniform() * limit),
    normals: (length: number) => Float32Array.from({ length }, normal),
  };
}
