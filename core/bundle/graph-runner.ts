import { InferenceSession, Tensor } from "onnxruntime-node";
import { assert, Failure } from "../domain/failure.ts";
import type { ModelName } from "../domain/ids.ts";
import type { Model } from "./bundle.ts";
import { refuseExternalData } from "./check-graph.ts";
import { isIdentityGraph } from "./identity-graph.ts";
import { badBundle } from "./manifest-fields.ts";
import type { StepRunner, Wave } from "./step-runner.ts";
import { type Graph, provenShapes, runPadded } from "./wave-shapes.ts";

/** What a runner needs of a model; a `Model` is one. */
export type ModelGraphs = Pick<
  Model,
  "hidden" | "dimension" | "featureWidth" | "step" | "taste" | "skip"
>;
/** What a runner needs of a bundle; a `Bundle` is one. */
export interface BundleGraphs {
  readonly models: Readonly<Partial<Record<ModelName, ModelGraphs>>>;
}

/** Loads a bundle's graphs into this thread, which then blocks while they run (a wave of 128 events
 *  takes well under a millisecond); where that hurts, `startWorkerRunner` has the same interface.
 *  Fails with `bad_bundle` where a graph cannot be loaded, has other inputs or outputs than its
 *  manifest says, or gives a row another result among other rows. */
export async function createStepRunner(bundle: BundleGraphs): Promise<StepRunner> {
  const models = new Map<ModelName, LoadedModel>();
  const close = async () => {
    for (const graphs of models.values()) await releaseAll(graphs);
    models.clear();
  };
  try {
    for (const [name, model] of Object.entries(bundle.models)) {
      models.set(name as ModelName, await loadModel(name, model));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const loaded = (name: ModelName): LoadedModel => {
    const model = models.get(name);
    if (model === undefined) throw new Failure("bug", `no model "${name}" in this runner`);
    return model;
  };
  return {
    step: async (wave) => {
      const { step } = loaded(wave.model);
      return step.run(stepInputs(step.graph, wave), wave.rows);
    },
    taste: async (name, hidden, rows) => loaded(name).taste.run([hidden], rows),
    skip: async ({ model, hidden, track, rows }) => {
      const { skip } = loaded(model);
      if (skip === undefined) throw new Failure("bug", `model "${model}" has no skip graph`);
      return skip.run([hidden, track], rows);
    },
    close,
  };
}

interface LoadedModel {
  readonly step: LoadedGraph;
  readonly taste: LoadedGraph;
  readonly skip?: LoadedGraph;
}

async function releaseAll(graphs: Partial<LoadedModel>): Promise<void> {
  for (const { session } of Object.values(graphs)) await session.release();
}

interface LoadedGraph {
  readonly session: InferenceSession;
  readonly graph: Graph;
  run(inputs: readonly Float32Array[], rows: number): Promise<Float32Array>;
}

/** The names and widths of a graph's tensors, as the manifest promises them. */
interface Signature {
  readonly inputs: readonly (readonly [name: string, width: number])[];
  readonly output: readonly [name: string, width: number];
}

async function loadModel(name: string, model: ModelGraphs): Promise<LoadedModel> {
  const { hidden, dimension, featureWidth } = model;
  const features = featureWidth > 0 ? ([["features", featureWidth]] as const) : [];
  const step = await loadGraph(model.step, `models.${name}.step`, {
    inputs: [["track", dimension], ...features, ["hidden", hidden]],
    output: ["hidden_next", hidden],
  });
  const loaded: { step: LoadedGraph; taste?: LoadedGraph } = { step };
  try {
    loaded.taste = await loadGraph(model.taste, `models.${name}.taste`, {
      inputs: [["hidden", hidden]],
      output: ["taste", dimension],
    });
    if (model.skip === undefined) return { step, taste: loaded.taste };
    const skip = await loadGraph(model.skip, `models.${name}.skip`, {
      inputs: [
        ["hidden", hidden],
        ["track", dimension],
      ],
      output: ["skip", 1],
    });
    return { step, taste: loaded.taste, skip };
  } catch (error) {
    await releaseAll(loaded);
    throw error;
  }
}

async function loadGraph(
  bytes: Uint8Array,
  field: string,
  signature: Signature,
): Promise<LoadedGraph> {
  refuseExternalData(bytes, field);
  const session = await openSession(bytes, field);
  try {
    checkSignature(session, field, signature);
    const graph: Graph = {
      field,
      inputWidths: signature.inputs.map(([, width]) => width),
      outputWidth: signature.output[1],
      run: (inputs, shape) => runSession(session, signature, inputs, shape),
    };
    const shapes = await tried(field, () => provenShapes(graph));
    const identity = isIdentityGraph(bytes);
    const run = async (inputs: readonly Float32Array[], rows: number) => {
      for (const [at, width] of graph.inputWidths.entries()) {
        assert(inputs[at]?.length === rows * width, `a wave for ${field} has whole rows`);
      }
      // A call of ONNX Runtime costs more than all else in a taste that only copies.
      return identity ? inputs[0]!.slice() : runPadded(graph, shapes, inputs, rows);
    };
    return { session, graph, run };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function openSession(bytes: Uint8Array, field: string): Promise<InferenceSession> {
  // From bytes, never from a path: a graph then has no folder that it could read from. Denormals
  // stay as they are: flushing them would set the whole thread's floating-point mode.
  return tried(field, () =>
    InferenceSession.create(bytes, {
      executionProviders: ["cpu"],
      executionMode: "sequential",
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      // Failures reach the caller; ONNX Runtime need not print them as well.
      logSeverityLevel: 4,
      extra: { session: { load_model_format: "ONNX" } },
    }),
  );
}

async function runSession(
  session: InferenceSession,
  { inputs: names, output: [outputName, outputWidth] }: Signature,
  inputs: readonly Float32Array[],
  shape: number,
): Promise<Float32Array> {
  const feeds: Record<string, Tensor> = {};
  for (const [at, [name, width]] of names.entries()) {
    feeds[name] = new Tensor("float32", inputs[at]!, [shape, width]);
  }
  const { [outputName]: output } = await session.run(feeds);
  const [rows, width] = output?.dims ?? [];
  if (output?.dims.length !== 2 || rows !== shape || width !== outputWidth) {
    throw new Error(`"${outputName}" has shape [${output?.dims}], must be [batch, ${outputWidth}]`);
  }
  return output.data as Float32Array;
}

function checkSignature(session: InferenceSession, field: string, signature: Signature): void {
  checkTensors(session.inputMetadata, field, signature.inputs);
  checkTensors(session.outputMetadata, field, [signature.output]);
}

function checkTensors(
  found: readonly InferenceSession.ValueMetadata[],
  field: string,
  expected: Signature["inputs"],
): void {
  const names = found.map(({ name }) => name).sort();
  const expectedNames = expected.map(([name]) => name).sort();
  if (names.join() !== expectedNames.join()) {
    throw badBundle(field, `has tensors [${names.join(", ")}], must have [${expectedNames}]`);
  }
  for (const [name, width] of expected) {
    const tensor = found.find((candidate) => candidate.name === name);
    if (!tensor?.isTensor || tensor.type !== "float32" || !shapeFits(tensor.shape, width)) {
      const shape = tensor?.isTensor ? `${tensor.type} [${tensor.shape.join(", ")}]` : "no tensor";
      throw badBundle(field, `"${name}" is ${shape}, must be float32 [batch, ${width}]`);
    }
  }
}

/** A dimension with a name is free; the trial run shows what it comes to. */
function shapeFits(shape: readonly (number | string)[], width: number): boolean {
  const [batch, second] = shape;
  const freeOrEqual = typeof second === "string" || second === width;
  return shape.length === 2 && typeof batch === "string" && freeOrEqual;
}

async function tried<T>(field: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw badBundle(field, `ONNX Runtime refuses it: ${(error as Error).message}`, error);
  }
}

function stepInputs(graph: Graph, wave: Wave): Float32Array[] {
  const features = graph.inputWidths.length === 3 ? [wave.features] : [];
  return [wave.track, ...features, wave.hidden];
}
