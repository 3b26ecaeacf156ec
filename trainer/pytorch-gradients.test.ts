import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  inputVectors,
  type ModelParameters,
  squareArrays,
  startingParameters,
  weightArrays,
} from "./model-parameters.ts";
import { openGraph } from "./onnx/graph-session.ts";
import { recurrentWidth, stateWidth } from "./onnx/model-sizes.ts";
import { servedGraphs } from "./served-graphs.ts";
import { gatherRows } from "./track-table.ts";
import type { StepShape } from "./training-graph.ts";
import { openTrainingStep, type StepBatch, type TrainingStep } from "./training-step.ts";

type Numbers = Readonly<Record<string, readonly number[]>>;

/** `test/fixtures/pytorch/make-gradients.py` wrote it, and says how. */
interface Fixture {
  readonly rate: number;
  readonly sizes: { readonly tracks: number } & Record<Sizes, number>;
  readonly cases: readonly LearnedCase[];
}

type Sizes = "lanes" | "steps" | "negatives";
type LearnedSettings = Omit<StepShape, Sizes | "inputDropout" | "tasteDropout">;

interface LearnedCase {
  readonly case: LearnedSettings & { readonly name: string };
  readonly weights: Numbers;
  readonly batches: readonly Readonly<Record<keyof StepBatch, readonly number[]>>[];
  readonly steps: readonly {
    readonly loss: number;
    /** [lanes, R] */
    readonly hidden: readonly number[];
    /** [lanes, D] */
    readonly taste: readonly number[];
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

for (const learned of cases) {
  test(`the served graphs of ${learned.case.name} say PyTorch's taste`, async () => {
    const { hidden, taste } = learned.steps[0]!;
    const said = await serve(learned);
    checkClose(said.recurrent, hidden, { what: "hidden", tolerance: TOLERANCE });
    checkClose(said.taste, taste, { what: "taste", tolerance: TOLERANCE });
  });
}

/** Leads the first batch through the graphs of a bundle, one step after another. → [lanes, R] and
 *  [lanes, D] */
async function serve(learned: LearnedCase) {
  const parameters = parametersOf(learned, learned.weights);
  const { dimension, featureWidth } = learned.case;
  const width = stateWidth(learned.case);
  const rows = (size: number, data: ArrayLike<number> = []) => {
    const values = new Float32Array(sizes.lanes * size);
    values.set(data);
    return { shape: [sizes.lanes, size], data: values };
  };
  const batch = learned.batches[0]!;
  const heard = new Float32Array(batch.trackMask.length);
  gatherRows(inputVectors(parameters), Int32Array.from(batch.heard), heard);
  const dropped = heard.map((value, at) => value * batch.trackMask[at]!);
  const graphs = servedGraphs(parameters);
  const stepGraph = await openGraph(graphs.step);
  let hidden = rows(width);
  for (let step = 0; step < sizes.steps; step++) {
    const part = (size: number, all: ArrayLike<number>) => {
      const from = step * sizes.lanes * size;
      return rows(size, Array.from(all).slice(from, from + sizes.lanes * size));
    };
    const keep = part(1, batch.keep).data;
    const kept = hidden.data.map((value, at) => value * keep[Math.floor(at / width)]!);
    const features = featureWidth > 0 && { features: part(featureWidth, batch.features) };
    const feeds = { track: part(dimension, dropped), hidden: rows(width, kept), ...features };
    hidden = rows(width);
    await stepGraph.run(feeds, { hidden_next: hidden });
  }
  await stepGraph.close();
  const tasteGraph = await openGraph(graphs.taste);
  const taste = rows(dimension);
  await tasteGraph.run({ hidden }, { taste });
  await tasteGraph.close();
  const recurrent = hidden.data.filter((_, at) => at % width < recurrentWidth(learned.case));
  return { recurrent, taste: taste.data };
}

/** Parameters that have not learned yet. */
function parametersOf(learned: LearnedCase, weights: Numbers): ModelParameters {
  const parameters = startingParameters(learned.case, sizes.tracks, () => 0, learned.case);
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
  const { skips: _, ...filled } = batch;
  for (const name of Object.keys(filled) as (keyof typeof filled)[]) {
    filled[name].set(batches[at]![name]);
  }
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
