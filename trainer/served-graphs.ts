import type { ModelWeights } from "./model-parameters.ts";
import { skipGraph, stepGraph, tasteGraph } from "./onnx/serving-graphs.ts";

/** The graphs by which a bundle serves these parameters. */
export function servedGraphs(weights: ModelWeights): {
  readonly step: Uint8Array;
  readonly taste: Uint8Array;
  readonly skip?: Uint8Array;
} {
  const { sizes, dense } = weights;
  const values = new Map(Array.from(dense, ([name, weight]) => [name, weight.values]));
  const graphs = { step: stepGraph(sizes, values), taste: tasteGraph(sizes, values) };
  return sizes.skipHead ? { ...graphs, skip: skipGraph(sizes, values) } : graphs;
}
