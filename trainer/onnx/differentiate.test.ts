import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random.ts";
import { bprMaxLoss } from "./bpr-max-loss.ts";
import {
  add,
  joinRows,
  matmul,
  multiply,
  scoreRows,
  sigmoid,
  split,
  subtract,
  tanh,
} from "./differentiable-ops.ts";
import { differentiate } from "./differentiate.ts";
import { inputGates } from "./gates.ts";
import {
  constant,
  encodeGraph,
  type Graph,
  input,
  newGraph,
  output,
  type Tensor,
} from "./graph-builder.ts";
import { openGraph, type Values } from "./graph-session.ts";
import { gruCell } from "./gru-cell.ts";
import { logisticLoss, meanExponent, softmaxLoss } from "./losses.ts";
import { lstmCell } from "./lstm-cell.ts";
import { normaliseRows } from "./normalise-rows.ts";
import { skipLogits } from "./skip-head.ts";

type Operation = (graph: Graph, inputs: readonly Tensor[]) => Tensor;

const OPERATIONS: Readonly<Record<string, readonly [readonly (readonly number[])[], Operation]>> = {
  "a sum": [
    [
      [3, 4],
      [3, 4],
    ],
    (graph, [a, b]) => add(graph, a!, b!),
  ],
  "a sum with a row for all": [[[3, 4], [4]], (graph, [a, b]) => add(graph, a!, b!)],
  "a difference with a column for all": [
    [
      [3, 4],
      [3, 1],
    ],
    (graph, [a, b]) => subtract(graph, a!, b!),
  ],
  "a product": [
    [
      [3, 4],
      [3, 4],
    ],
    (graph, [a, b]) => multiply(graph, a!, b!),
  ],
  "a product with a column for all": [
    [
      [3, 4],
      [3, 1],
    ],
    (graph, [a, b]) => multiply(graph, a!, b!),
  ],
  "a product with itself": [[[3, 4]], (graph, [a]) => multiply(graph, a!, a!)],
  "a matrix product": [
    [
      [3, 4],
      [4, 5],
    ],
    (graph, [a, b]) => matmul(graph, a!, b!),
  ],
  "scores of candidates": [
    [
      [3, 4],
      [6, 4],
      [1, 6],
    ],
    (graph, [rows, vectors, bias]) => scoreRows(graph, rows!, { vectors: vectors!, bias: bias! }),
  ],
  "a sigmoid": [[[3, 4]], (graph, [a]) => sigmoid(graph, a!)],
  "a hyperbolic tangent": [[[3, 4]], (graph, [a]) => tanh(graph, a!)],
  "one part of a split": [[[3, 6]], (graph, [a]) => split(graph, a!, { axis: 1, count: 3 })[1]!],
  "parts of a split, multiplied": [
    [[4, 3]],
    (graph, [a]) => {
      const [upper, lower] = split(graph, a!, { axis: 0, count: 2 });
      return multiply(graph, upper!, lower!);
    },
  ],
  "joined rows": [
    [
      [2, 3],
      [1, 3],
    ],
    (graph, parts) => joinRows(graph, parts),
  ],
  "a sampled softmax loss": [
    [
      [3, 4],
      [5, 4],
      [1, 5],
    ],
    (graph, [rows, vectors, bias]) => {
      const weights = input(graph, "row_weights", [3, 1]);
      return softmaxLoss(graph, rows!, { vectors: vectors!, bias: bias!, weights });
    },
  ],
  "a BPR-max loss": [[[3, 5]], bprLoss],
  "normalised rows": [[[3, 4], [4]], (graph, [a, gain]) => normaliseRows(graph, a!, gain!)],
  "two steps of an LSTM with normalised gates": [
    [[2, 3], [2, 4], [2, 4], [3, 16], [4, 16], [16], [16], [16]],
    lstmSteps,
  ],
  "a logistic loss": [[[3, 1]], (graph, [logits]) => weighedLoss(graph, logits!)],
  "a mean exponent of the last columns": [[[3, 5]], (graph, [a]) => meanExponent(graph, a!, 3)],
  "a skip head and its loss": [
    [[3, 4], [3, 2], [4, 2], [2], [4, 1], [1]],
    (graph, [hidden, tracks, map, track, mood, bias]) => {
      const weights = { map: map!, track: track!, hidden: mood!, bias: bias! };
      const rows = { hidden: hidden!, tracks: tracks! };
      return weighedLoss(graph, skipLogits(graph, rows, weights));
    },
  ],
  "two steps of a GRU and its loss": [
    [[2, 3], [2, 1], [2, 4], [3, 12], [1, 12], [4, 12], [12], [12], [5, 4], [1, 5]],
    gruLoss,
  ],
};

for (const [name, [shapes, operation]] of Object.entries(OPERATIONS)) {
  test(`the gradient of ${name} is that of finite differences`, async () => {
    for (const seed of [1, 2, 3]) await checkGradients(shapes, operation, seed);
  });
}

function bprLoss(graph: Graph, [scores]: readonly Tensor[]): Tensor {
  const weights = input(graph, "row_weights", [3, 1]);
  return bprMaxLoss(graph, scores!, { weights, regulariser: 0.5 });
}

function lstmSteps(graph: Graph, inputs: readonly Tensor[]): Tensor {
  const [track, hidden, cell, onTrack, onHidden, inputBias, inputGain, hiddenGain] = inputs;
  const lstm = {
    input: onTrack!,
    hidden: onHidden!,
    inputBias: inputBias!,
    inputGain: inputGain!,
    hiddenGain: hiddenGain!,
  };
  const gates = inputGates(graph, { input: track! }, lstm);
  const first = lstmCell(graph, { gates, hidden: hidden!, cell: cell! }, lstm);
  const second = lstmCell(graph, { gates, ...first }, lstm);
  return joinRows(graph, [second.hidden, second.cell]);
}

/** [3, 1] → a scalar; the first and last row are skips. */
function weighedLoss(graph: Graph, logits: Tensor): Tensor {
  const labels = constant(graph, "labels", { shape: [3, 1], data: Float32Array.of(1, 0, 1) });
  return logisticLoss(graph, logits, { labels, weights: input(graph, "row_weights", [3, 1]) });
}

function gruLoss(graph: Graph, inputs: readonly Tensor[]): Tensor {
  const [track, features, before, onTrack, onFeature, onHidden, inputBias, hiddenBias] = inputs;
  const [vectors, bias] = inputs.slice(8);
  const gru = {
    input: onTrack!,
    feature: onFeature!,
    hidden: onHidden!,
    inputBias: inputBias!,
    hiddenBias: hiddenBias!,
  };
  const gates = inputGates(graph, { input: track!, features: features! }, gru);
  const first = gruCell(graph, { gates, hidden: before! }, gru);
  const second = gruCell(graph, { gates, hidden: first }, gru);
  const taste = joinRows(graph, [first, second]);
  const weights = input(graph, "row_weights", [4, 1]);
  return softmaxLoss(graph, taste, { vectors: vectors!, bias: bias!, weights });
}

/** Moves all inputs along a random direction and compares the change of Σ mixture · result with the
 *  gradient's word for it. */
async function checkGradients(
  shapes: readonly (readonly number[])[],
  operation: Operation,
  seed: number,
): Promise<void> {
  const random = seededRandom(seed, "gradients");
  const values = (shape: readonly number[]): Values => {
    const length = shape.reduce((product, size) => product * size, 1);
    return { shape, data: Float32Array.from({ length }, () => 2 * random() - 1) };
  };
  const graph = newGraph("gradients");
  const inputs = shapes.map((shape, index) => input(graph, `input ${index}`, shape));
  const result = operation(graph, inputs);
  const mixture = input(graph, "mixture", result.shape);
  const mixed = multiply(graph, result, mixture);
  output(graph, "mixed", mixed);
  for (const [index, gradient] of differentiate(graph, mixed, inputs).entries()) {
    output(graph, `gradient ${index}`, gradient);
  }
  const points = shapes.map(values);
  const directions = shapes.map(values);
  const given: Record<string, Values> = { mixture: values(result.shape as number[]) };
  for (const { name, shape } of graph.inputs) {
    if (name === "row_weights") given[name] = values(shape as number[]);
  }
  const session = await openGraph(encodeGraph(graph));
  const run = async (distance: number, fetches: Record<string, Values>) => {
    const feeds = Object.fromEntries(
      points.map(({ shape, data }, index) => {
        const direction = directions[index]!.data;
        const moved = (data as Float32Array).map((x, i) => x + distance * Number(direction[i]));
        return [`input ${index}`, { shape, data: moved }];
      }),
    );
    await session.run({ ...given, ...feeds }, fetches);
  };
  const sum = async (distance: number) => {
    const mixed = values(result.shape as number[]);
    await run(distance, { mixed });
    return (mixed.data as Float32Array).reduce((total, value) => total + value, 0);
  };
  const gradients = shapes.map(values);
  await run(0, Object.fromEntries(gradients.map((value, index) => [`gradient ${index}`, value])));
  let expected = 0;
  for (const [index, { data }] of gradients.entries()) {
    for (const [i, gradient] of (data as Float32Array).entries()) {
      expected += gradient * Number(directions[index]!.data[i]);
    }
  }
  const measured = ((await sum(DISTANCE)) - (await sum(-DISTANCE))) / (2 * DISTANCE);
  await session.close();
  const tolerance = 2e-3 * Math.max(1, Math.abs(expected));
  assert.ok(
    Math.abs(measured - expected) < tolerance,
    `seed ${seed}: the gradient says ${expected}, finite differences say ${measured}`,
  );
}

const DISTANCE = 5e-3;

test("a gradient by what the loss does not depend on is refused", () => {
  const graph = newGraph("independent");
  const used = input(graph, "used", [1]);
  const unused = input(graph, "unused", [1]);
  assert.throws(() => differentiate(graph, sigmoid(graph, used), [unused]), /unused/);
});

test("shapes that do not broadcast are refused when the graph is built", () => {
  const graph = newGraph("shapes");
  const operands = [input(graph, "a", [2, 3]), input(graph, "b", [2, 2])] as const;
  assert.throws(() => add(graph, ...operands), /do not broadcast/);
});
