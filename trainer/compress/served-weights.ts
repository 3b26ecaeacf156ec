import type { Model } from "../../core/bundle/bundle.ts";
import { Failure } from "../../core/domain/failure.ts";
import { type ModelWeights, type ParameterName, parameterShapes } from "../model-parameters.ts";
import { readWeights, type StoredWeight } from "../onnx/read-weights.ts";
import { servedGraphs } from "../served-graphs.ts";

/** Where each parameter stands in a bundle: in which graph, and under which name. */
const PLACES: Readonly<Partial<Record<ParameterName, readonly ["step" | "taste", string]>>> = {
  track: ["step", "weights.track"],
  feature: ["step", "weights.feature"],
  hidden: ["step", "weights.hidden"],
  input_bias: ["step", "weights.input_bias"],
  hidden_bias: ["step", "weights.hidden_bias"],
  projection: ["taste", "weights.projection"],
  taste_bias: ["taste", "weights.bias"],
};

/** The weights inside a model's graphs, but for those of a skip head. Throws `bad_bundle` unless
 *  these give those graphs byte for byte: what else is inside a graph, such as a layer more, would
 *  be lost without a word. So the graphs are those of this trainer, and are not compressed yet. */
export function servedWeights(model: Model): ModelWeights {
  const { name, hidden, dimension, featureWidth } = model;
  const sizes = { hidden, dimension, featureWidth };
  const graphs = { step: stored(model, "step"), taste: stored(model, "taste") };
  const dense = new Map<ParameterName, StoredWeight>();
  for (const [parameter, shape] of parameterShapes(sizes)) {
    const [graph, weightName] = PLACES[parameter]!;
    const weight = graphs[graph].get(weightName);
    if (weight?.shape.join() !== shape.join()) throw foreign(name, graph);
    dense.set(parameter, weight);
  }
  const table = {
    ...{ count: model.outputBias.length, dimension },
    ...{ vectors: model.outputVectors, bias: model.outputBias },
  };
  const weights = { sizes, dense, table };
  const rebuilt = servedGraphs(weights);
  for (const graph of ["step", "taste"] as const) {
    if (!Buffer.from(rebuilt[graph]).equals(model[graph])) throw foreign(name, graph);
  }
  return weights;
}

function stored(model: Model, graph: "step" | "taste"): ReadonlyMap<string, StoredWeight> {
  try {
    return readWeights(model[graph]);
  } catch (cause) {
    throw foreign(model.name, graph, cause);
  }
}

function foreign(name: string, graph: string, cause?: unknown): Failure {
  const field = `models.${name}.${graph}`;
  const message = `${field} is no graph that "segue train" wrote, or it is compressed already`;
  return new Failure("bad_bundle", message, { field, cause });
}
