import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  type ModelParameters,
  squareArrays,
  startingParameters,
  weightArrays,
} from "./model-parameters.ts";
import { openTrainingStep, type StepBatch, type TrainingStep } from "./training-step.ts";

type Numbers = Readonly<Record<string, readonly number[]>>;

/** `test/fixtures/pytorch/make-gradients.py` wrote it, and says how. */
interface Fixture {
  readonly rate: number;
  readonly sizes: { readonly tracks: number } & Record<"lanes" | "steps" | "negatives", number>;
  readonly cases: readonly LearnedCase[];
}

interface LearnedCase {
  readonly case: { readonly name: string } & Record<
    "hidden" | "dimension" | "featureWidth",
    number
  >;
  readonly weights: Numbers;
  readonly batches: readonly Readonly<Record<keyof StepBatch, readonly number[]>>[];
  readonly steps: readonly {
    readonly loss: number;
    readonly hidden: readonly number[];
    readonly gradients: Numbers;
    readonly weights: Numbers;
  }[];
}

const { rate, sizes, cases } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../test/fixtures/pytorch/gradients.json"), "utf8"),
) as Fixture;

/** PyTorch computed in 64 bits, we compute in 32: relative to numbers above 1. */
const TOLERANCE = 2e-6;
/** Adagrad divides a gradient by its own size, and with it what was rounded. */
const WEIGHT_TOLERANCE = 2e-5;

for (const learned of cases) {
  const { name } = learned.case;

  test(`every gradient of ${name} is that of PyTorch's autograd`, async () => {
    for (const [at, expected] of learned.steps.entries()) {
      const before = at === 0 ? learned.weights : learned.steps[at - 1]!.weights;
      const start = parametersOf(learned, before);
      const parameters = structuredClone(start);
      const step = await openStep(parameters, learned);
      if (at > 0) step.hidden.set(learned.steps[at - 1]!.hidden);
      fill(step.batch, learned, at);
      const loss = await step.run(rate);
      checkClose([loss], [expected.loss], { what: "loss", tolerance: TOLERANCE });
      const hidden = step.hidden.slice();
      checkClose(hidden, expected.hidden, { what: "hidden", tolerance: TOLERANCE });
      for (const [weight, gradient] of gradientsOf(start, parameters)) {
        checkClose(gradient, expected.gradients[weight]!, { what: weight, tolerance: TOLERANCE });
      }
      await step.close();
    }
  });

  test(`two steps of ${name} leave the weights of PyTorch`, async () => {
    const parameters = parametersOf(learned, learned.weights);
    const step = await openStep(parameters, learned);
    for (const at of learned.steps.keys()) {
      fill(step.batch, learned, at);
      await step.run(rate);
    }
    await step.close();
    for (const [weight, values] of weightArrays(parameters)) {
      const expected = learned.steps.at(-1)!.weights[weight]!;
      checkClose(values, expected, { what: weight, tolerance: WEIGHT_TOLERANCE });
    }
  });
}

/** Parameters that have not learned yet. */
function parametersOf(learned: LearnedCase, weights: Numbers): ModelParameters {
  const parameters = startingParameters(learned.case, sizes.tracks, () => 0);
  const arrays = weightArrays(parameters);
  assert.deepEqual([...arrays.keys()].sort(), Object.keys(weights).sort());
  for (const [name, values] of arrays) {
    assert.equal(values.length, weights[name]!.length);
    values.set(weights[name]!);
  }
  return parameters;
}

function openStep(parameters: ModelParameters, learned: LearnedCase): Promise<TrainingStep> {
  const dropout = { inputDropout: true, tasteDropout: true };
  return openTrainingStep(parameters, { ...learned.case, ...sizes, ...dropout });
}

function fill(batch: StepBatch, { batches }: LearnedCase, at: number): void {
  for (const name of Object.keys(batch) as (keyof StepBatch)[]) batch[name].set(batches[at]![name]);
}

/** A first step of Adagrad tells each gradient: its square is the sum of squares, and its sign that
 *  of the move that it made. */
function gradientsOf(before: ModelParameters, after: ModelParameters): Map<string, Float32Array> {
  const [start, end] = [weightArrays(before), weightArrays(after)];
  return new Map(
    Array.from(squareArrays(after), ([name, squares]) => {
      const sign = (at: number) => Math.sign(start.get(name)![at]! - end.get(name)![at]!);
      return [name, squares.map((square, at) => sign(at) * Math.sqrt(square))];
    }),
  );
}

function checkClose(
  found: ArrayLike<number>,
  expected: readonly number[],
  { what, tolerance }: { readonly what: string; readonly tolerance: number },
): void {
  assert.equal(found.length, expected.length);
  for (const [at, value] of expected.entries()) {
    const difference = Math.abs(found[at]! - value) / Math.max(1, Math.abs(value));
    assert.ok(difference <= tolerance, `${what}[${at}] is ${found[at]}, PyTorch says ${value}`);
  }
}
