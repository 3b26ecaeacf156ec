import type { Model } from "../../core/bundle/bundle.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { ModelWeights } from "../model-parameters.ts";
import { parameterShapes } from "../onnx/parameter-shapes.ts";
import { readWeights, type StoredWeight } from "../onnx/read-weights.ts";
import { tasteShapes } from "../onnx/taste.ts";
import { servedGraphs } from "../served-graphs.ts";

/** The weights inside a model's graphs, but for those of a skip head. Throws `bad_bundle` unless
 *  these give those graphs byte for byte: what else is inside a graph, such as a layer more, would
 *  be lost without a word. So the graphs are this trainer's, of the plain form, and not compressed
 *  yet. */
export function servedWeights(model: Model): ModelWeights {
  const { name, hidden, dimension, featureWidth } = model;
  const graphs = { step: stored(model, "step"), taste: stored(model, "taste") };
  const projects = graphs.taste.has("weights.projection");
  const sizes = { hidden, dimension, featureWidth, projects };
  const ofTaste = tasteShapes(sizes);
  const dense = new Map<string, StoredWeight>();
  for (const [parameter, shape] of parameterShapes(sizes)) {
    const graph = ofTaste.has(parameter) ? "taste" : "step";
    const weight = graphs[graph].get(`weights.${parameter}`);
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
