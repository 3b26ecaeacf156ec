import type { ModelWeights, ParameterName } from "./model-parameters.ts";
import { skipGraph, stepGraph, tasteGraph } from "./onnx/serving-graphs.ts";

/** The graphs by which a bundle serves these parameters. */
export function servedGraphs(weights: ModelWeights): {
  readonly step: Uint8Array;
  readonly taste: Uint8Array;
  readonly skip?: Uint8Array;
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
  if (!sizes.skipHead) return { step, taste };
  const skip = skipGraph(sizes, {
    map: values("skip_map"),
    track: values("skip_track"),
    hidden: values("skip_hidden"),
    bias: values("skip_bias"),
  });
  return { step, taste, skip };
}
