import type { Dimension } from "./encode-model.ts";
import { type Graph, integers, node, nodes, scalar, type Tensor, zeros } from "./graph-builder.ts";

/** Operations that append their forward part now and know how to append their backward part. */

/** left + right, of shapes that broadcast. */
export function add(graph: Graph, left: Tensor, right: Tensor): Tensor {
  const sum = node(graph, "Add", [left, right], { shape: broadcast(left, right) });
  return record(graph, { inputs: [left, right], output: sum }, (gradient) => [
    reduceTo(graph, gradient, left.shape),
    reduceTo(graph, gradient, right.shape),
  ]);
}

/** left − right, of shapes that broadcast. */
export function subtract(graph: Graph, left: Tensor, right: Tensor): Tensor {
  const difference = node(graph, "Sub", [left, right], { shape: broadcast(left, right) });
  return record(graph, { inputs: [left, right], output: difference }, (gradient) => [
    reduceTo(graph, gradient, left.shape),
    reduceTo(graph, node(graph, "Neg", [gradient], gradient), right.shape),
  ]);
}

/** left · right by element, of shapes that broadcast. */
export function multiply(graph: Graph, left: Tensor, right: Tensor): Tensor {
  const product = node(graph, "Mul", [left, right], { shape: broadcast(left, right) });
  return record(graph, { inputs: [left, right], output: product }, (gradient) => [
    reduceTo(graph, node(graph, "Mul", [gradient, right], product), left.shape),
    reduceTo(graph, node(graph, "Mul", [gradient, left], product), right.shape),
  ]);
}

/** [M, K] · [K, N] → [M, N] */
export function matmul(graph: Graph, left: Tensor, right: Tensor): Tensor {
  const product = gemm(graph, [left, right], { rows: left.shape[0]!, columns: right.shape[1]! });
  return record(graph, { inputs: [left, right], output: product }, (gradient) => [
    gemm(graph, [gradient, right], { ...sizes(left), transposeRight: true }),
    gemm(graph, [left, gradient], { ...sizes(right), transposeLeft: true }),
  ]);
}

/** [M, K] · [N, K]ᵀ + [1, N] → [M, N]: every row's scores of N candidates. */
export function scoreRows(
  graph: Graph,
  rows: Tensor,
  candidates: { readonly vectors: Tensor; readonly bias: Tensor },
): Tensor {
  const { vectors, bias } = candidates;
  const scores = gemm(graph, [rows, vectors, bias], {
    rows: rows.shape[0]!,
    columns: vectors.shape[0]!,
    transposeRight: true,
  });
  return record(graph, { inputs: [rows, vectors, bias], output: scores }, (gradient) => [
    gemm(graph, [gradient, vectors], sizes(rows)),
    gemm(graph, [gradient, rows], { ...sizes(vectors), transposeLeft: true }),
    reduceTo(graph, gradient, bias.shape),
  ]);
}

export function sigmoid(graph: Graph, operand: Tensor): Tensor {
  const value = node(graph, "Sigmoid", [operand], operand);
  return record(graph, { inputs: [operand], output: value }, (gradient) => {
    const square = node(graph, "Mul", [value, value], value);
    const slope = node(graph, "Sub", [value, square], value);
    return [node(graph, "Mul", [gradient, slope], value)];
  });
}

export function tanh(graph: Graph, operand: Tensor): Tensor {
  const value = node(graph, "Tanh", [operand], operand);
  return record(graph, { inputs: [operand], output: value }, (gradient) => {
    const square = node(graph, "Mul", [value, value], value);
    const slope = node(graph, "Sub", [scalar(graph, 1), square], value);
    return [node(graph, "Mul", [gradient, slope], value)];
  });
}

/** Cuts `operand` along `axis` into `count` equal parts. */
export function split(
  graph: Graph,
  operand: Tensor,
  cut: { readonly axis: number; readonly count: number },
): Tensor[] {
  const length = (operand.shape[cut.axis] as number) / cut.count;
  const shape = operand.shape.map((size, axis) => (axis === cut.axis ? length : size));
  const lengths = integers(graph, new Array(cut.count).fill(length));
  const attributes = { axis: cut.axis };
  const shapes = new Array(cut.count).fill(shape);
  const outputs = nodes(graph, "Split", [operand, lengths], { shapes, attributes });
  graph.tape.push({
    inputs: [operand],
    outputs,
    pullback: (gradients) => {
      const parts = gradients.map((gradient) => gradient ?? zeros(graph, shape));
      return [node(graph, "Concat", parts, { shape: operand.shape, attributes })];
    },
  });
  return outputs;
}

/** Joins [M₁, N], [M₂, N], … to [M₁ + M₂ + …, N]. */
export function joinRows(graph: Graph, parts: readonly Tensor[]): Tensor {
  const lengths = parts.map((part) => part.shape[0] as number);
  const shape = [lengths.reduce((sum, length) => sum + length, 0), ...parts[0]!.shape.slice(1)];
  const attributes = { axis: 0 };
  const joined = node(graph, "Concat", parts, { shape, attributes });
  return record(graph, { inputs: parts, output: joined }, (gradient) =>
    nodes(graph, "Split", [gradient, integers(graph, lengths)], {
      shapes: parts.map((part) => part.shape),
      attributes,
    }),
  );
}

/** Puts an operation of one output on the tape. */
export function record(
  graph: Graph,
  operation: { readonly inputs: readonly Tensor[]; readonly output: Tensor },
  pullback: (gradient: Tensor) => readonly (Tensor | undefined)[],
): Tensor {
  const { inputs, output } = operation;
  graph.tape.push({ inputs, outputs: [output], pullback: ([gradient]) => pullback(gradient!) });
  return output;
}

function gemm(
  graph: Graph,
  operands: readonly Tensor[],
  form: {
    readonly rows: Dimension;
    readonly columns: Dimension;
    readonly transposeLeft?: boolean;
    readonly transposeRight?: boolean;
  },
): Tensor {
  return node(graph, "Gemm", operands, {
    shape: [form.rows, form.columns],
    attributes: { transA: form.transposeLeft ? 1 : 0, transB: form.transposeRight ? 1 : 0 },
  });
}

function sizes(matrix: Tensor): { rows: Dimension; columns: Dimension } {
  return { rows: matrix.shape[0]!, columns: matrix.shape[1]! };
}

function broadcast(left: Tensor, right: Tensor): Dimension[] {
  const rank = Math.max(left.shape.length, right.shape.length);
  return Array.from({ length: rank }, (_, axis) => {
    const one = left.shape[axis - rank + left.shape.length] ?? 1;
    const other = right.shape[axis - rank + right.shape.length] ?? 1;
    if (one === other || other === 1) return one;
    if (one === 1) return other;
    throw new RangeError(`shapes [${left.shape}] and [${right.shape}] do not broadcast`);
  });
}

/** Sums `gradient` over the axes along which an operand of `shape` was broadcast. */
function reduceTo(graph: Graph, gradient: Tensor, shape: readonly Dimension[]): Tensor {
  const extra = gradient.shape.length - shape.length;
  const stretched = gradient.shape.flatMap((size, axis) =>
    axis >= extra && shape[axis - extra] === 1 && size !== 1 ? [axis] : [],
  );
  let result = gradient;
  if (stretched.length > 0) {
    result = node(graph, "ReduceSum", [result, integers(graph, stretched)], {
      shape: result.shape.map((size, axis) => (stretched.includes(axis) ? 1 : size)),
      attributes: { keepdims: 1 },
    });
  }
  if (extra === 0) return result;
  const leading = Array.from({ length: extra }, (_, axis) => axis);
  return node(graph, "ReduceSum", [result, integers(graph, leading)], {
    shape: result.shape.slice(extra),
    attributes: { keepdims: 0 },
  });
}
