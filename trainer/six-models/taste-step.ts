import type { Parameter } from "../model-parameters.ts";
import { openGraph, type Values } from "../onnx/graph-session.ts";
import { parameterShapes } from "../onnx/parameter-shapes.ts";
import { type TasteStepShape, tasteGraph } from "./taste-graph.ts";

/** What one step learns from; the caller fills it. rows = steps · lanes. */
export interface TasteBatch {
  /** [rows, D]: vectors of the tracks that are heard. */
  readonly heard: Float32Array;
  /** [rows, F] */
  readonly features: Float32Array;
  /** [rows]: 0 where the hidden state is forgotten before the event. */
  readonly keep: Float32Array;
  /** [rows, D]: vectors that the tastes should be near to. */
  readonly targets: Float32Array;
  /** [rows] */
  readonly weights: Float32Array;
}

export interface TasteStep {
  readonly batch: TasteBatch;
  /** → the batch's loss; changes the parameters in place. Hidden states carry over. */
  learn(rate: number): Promise<number>;
  /** → the batch's loss; changes nothing but the hidden states. */
  measure(): Promise<number>;
  close(): Promise<void>;
}

export async function openTasteStep(
  parameters: ReadonlyMap<string, Parameter>,
  shape: TasteStepShape,
): Promise<TasteStep> {
  const rows = shape.lanes * shape.steps;
  const rate = new Float32Array(1);
  const loss = new Float32Array(1);
  const hiddenShape = [shape.lanes, shape.hidden];
  const hiddenBefore = new Float32Array(shape.lanes * shape.hidden);
  const hiddenAfter = hiddenBefore.slice();
  const batch: TasteBatch = {
    heard: new Float32Array(rows * shape.dimension),
    features: new Float32Array(rows * shape.featureWidth),
    keep: new Float32Array(rows),
    targets: new Float32Array(rows * shape.dimension),
    weights: new Float32Array(rows),
  };
  const feeds: Record<string, Values> = {
    track_rows: { shape: [rows, shape.dimension], data: batch.heard },
    keep: { shape: [rows, 1], data: batch.keep },
    hidden_before: { shape: hiddenShape, data: hiddenBefore },
    target_rows: { shape: [rows, shape.dimension], data: batch.targets },
    row_weights: { shape: [rows, 1], data: batch.weights },
  };
  if (shape.featureWidth > 0) {
    feeds.feature_rows = { shape: [rows, shape.featureWidth], data: batch.features };
  }
  const learning: Record<string, Values> = { rate: { shape: [], data: rate } };
  const measured = {
    loss: { shape: [], data: loss },
    hidden_after: { shape: hiddenShape, data: hiddenAfter },
  };
  const learned: Record<string, Values> = { ...measured };
  const nexts = [...parameterShapes(shape).keys()].map((name) => {
    const { shape: size, values, squares } = parameters.get(name)!;
    const next = { values: values.slice(), squares: squares.slice() };
    feeds[name] = { shape: size, data: values };
    learning[`${name}.squares`] = { shape: size, data: squares };
    learned[`${name}.next`] = { shape: size, data: next.values };
    learned[`${name}.squares.next`] = { shape: size, data: next.squares };
    return { values, squares, next };
  });
  const graph = await openGraph(tasteGraph(shape));
  return {
    batch,
    async learn(atRate) {
      rate[0] = atRate;
      await graph.run({ ...feeds, ...learning }, learned);
      hiddenBefore.set(hiddenAfter);
      for (const { values, squares, next } of nexts) {
        values.set(next.values);
        squares.set(next.squares);
      }
      return loss[0]!;
    },
    async measure() {
      rate[0] = 0;
      await graph.run({ ...feeds, ...learning }, measured);
      hiddenBefore.set(hiddenAfter);
      return loss[0]!;
    },
    close: () => graph.close(),
  };
}
