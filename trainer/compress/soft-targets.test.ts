import assert from "node:assert/strict";
import { test } from "node:test";
import { multiply } from "../onnx/differentiable-ops.ts";
import { differentiate } from "../onnx/differentiate.ts";
import { encodeGraph, input, newGraph, output, scalar } from "../onnx/graph-builder.ts";
import { openGraph } from "../onnx/graph-session.ts";
import { seededRandom } from "../random.ts";
import { softTargetLoss } from "./soft-targets.ts";

const [ROWS, COLUMNS, TEMPERATURE] = [3, 5, 2];
const SHAPE = [ROWS, COLUMNS];
const WEIGHTS = Float32Array.of(1, 0.25, 2);

const random = seededRandom(6, "scores");
const scoresAtRandom = () =>
  Float32Array.from({ length: ROWS * COLUMNS }, () => 4 * (2 * random() - 1));
const teacher = scoresAtRandom();
const student = scoresAtRandom();

/** The loss and its gradient by the scores; doubled, so that a gradient comes in from behind. */
async function lossAndGradient(given: Float32Array) {
  const graph = newGraph("soft targets");
  const scores = input(graph, "scores", SHAPE);
  const loss = softTargetLoss(graph, scores, {
    teacher: input(graph, "teacher", SHAPE),
    weights: input(graph, "weights", [ROWS, 1]),
    temperature: TEMPERATURE,
  });
  const doubled = multiply(graph, loss, scalar(graph, 2));
  output(graph, "loss", loss);
  output(graph, "gradient", differentiate(graph, doubled, [scores])[0]!);
  const session = await openGraph(encodeGraph(graph));
  const found = new Float32Array(1);
  const gradient = new Float32Array(given.length);
  await session.run(
    {
      scores: { shape: SHAPE, data: given },
      teacher: { shape: SHAPE, data: teacher },
      weights: { shape: [ROWS, 1], data: WEIGHTS },
    },
    { loss: { shape: [], data: found }, gradient: { shape: SHAPE, data: gradient } },
  );
  await session.close();
  return { loss: found[0]!, gradient: gradient.map((slope) => slope / 2) };
}

/** The equation written out. */
function plainLoss(given: Float32Array): number {
  let sum = 0;
  for (let row = 0; row < ROWS; row++) {
    const softmax = (scores: Float32Array) => {
      const powers = Array.from(scores.subarray(row * COLUMNS, (row + 1) * COLUMNS), (score) =>
        Math.exp(score / TEMPERATURE),
      );
      const total = powers.reduce((one, other) => one + other, 0);
      return powers.map((power) => power / total);
    };
    const [targets, found] = [softmax(teacher), softmax(given)];
    for (const [column, target] of targets.entries()) {
      sum -= WEIGHTS[row]! * target * Math.log(found[column]!);
    }
  }
  return TEMPERATURE ** 2 * sum;
}

test("the loss is the cross-entropy of both softmaxes at the temperature", async () => {
  const { loss } = await lossAndGradient(student);
  assert.ok(Math.abs(loss - plainLoss(student)) < 1e-4 * loss);
});

test("its gradient is that of small changes, and 0 where the student says the same", async () => {
  const { gradient } = await lossAndGradient(student);
  for (const [at, slope] of gradient.entries()) {
    const moved = (by: number) =>
      student.map((score, index) => (index === at ? score + by : score));
    const expected = (plainLoss(moved(0.01)) - plainLoss(moved(-0.01))) / 0.02;
    assert.ok(Math.abs(slope - expected) < 1e-3, `${slope} is not ${expected}`);
  }
  const same = await lossAndGradient(teacher);
  assert.ok(same.gradient.every((slope) => Math.abs(slope) < 1e-6));
});
