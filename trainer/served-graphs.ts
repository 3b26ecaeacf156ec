import type { ModelWeights, ParameterName } from "./model-parameters.ts";
import { stepGraph, tasteGraph } from "./onnx/serving-graphs.ts";

/** The graphs by which a bundle serves these parameters. */
export function servedGraphs(weights: ModelWeights): {
  readonly step: Uint8Array;
  readonly taste: Uint8Array;
} {
  const { sizes, dense } = weights;
  const values = (name: ParameterName) => dense.get(name)!.values;
  const step = stepGraph(sizes, {
    track: values("track"),
    hidden: values("hidden"),
    inputBias: values("input_bias"),
    hiddenBias: values("hidden_bias"),
    ...(dense.has("feature") && { feature: values("feature") }),
  });
  const taste = dense.has("projection")
    ? tasteGraph(sizes, { projection: values("projection"), bias: values("taste_bias") })
    : tasteGraph(sizes);
  return { step, taste };
}
