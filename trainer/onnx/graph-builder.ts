import {
  type Attribute,
  type Dimension,
  type ElementType,
  elementTypeOf,
  encodeModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from "./encode-model.ts";

/** A value of a graph: a name that nodes refer to, with the shape that it will have. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly Dimension[];
  readonly type: ElementType;
}

/** How the gradient of an operation's outputs becomes that of its inputs. */
export interface TapeEntry {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** One gradient per output, undefined where nothing depends on it → one per input, undefined
   *  where the operation has none. Appends nodes to the graph. */
  readonly pullback: (
    gradients: readonly (Tensor | undefined)[],
  ) => readonly (Tensor | undefined)[];
}

/** A graph under construction. Operations append to it; nothing is computed until it is run. */
export interface Graph {
  readonly name: string;
  readonly nodes: OnnxNode[];
  readonly inputs: OnnxValue[];
  readonly outputs: OnnxValue[];
  readonly initializers: OnnxTensor[];
  /** The differentiable operations in the order in which they were appended. */
  readonly tape: TapeEntry[];
  readonly constants: Map<string, Tensor>;
}

export function newGraph(name: string): Graph {
  return {
    name,
    nodes: [],
    inputs: [],
    outputs: [],
    initializers: [],
    tape: [],
    constants: new Map(),
  };
}

/** → ONNX bytes. */
export function encodeGraph(graph: Graph): Uint8Array {
  return encodeModel(graph);
}

/** Declares what the caller feeds at each run. */
export function input(
  graph: Graph,
  name: string,
  shape: readonly Dimension[],
  type: ElementType = "float32",
): Tensor {
  const value = { name, shape, type };
  graph.inputs.push(value);
  return value;
}

/** Declares what the caller fetches. */
export function output(graph: Graph, name: string, tensor: Tensor): void {
  graph.nodes.push({ op: "Identity", inputs: [tensor.name], outputs: [name] });
  graph.outputs.push({ name, type: tensor.type, shape: tensor.shape });
}

/** Stores `data` in the graph's own bytes. */
export function weights(
  graph: Graph,
  name: string,
  content: Pick<OnnxTensor, "shape" | "data">,
): Tensor {
  graph.initializers.push({ name, ...content });
  return { name, shape: content.shape, type: elementTypeOf(content.data) };
}

export function scalar(graph: Graph, value: number): Tensor {
  return constant(graph, `scalar ${value}`, { shape: [], data: Float32Array.of(value) });
}

export function zeros(graph: Graph, shape: readonly Dimension[]): Tensor {
  return filled(graph, shape, 0);
}

export function ones(graph: Graph, shape: readonly Dimension[]): Tensor {
  return filled(graph, shape, 1);
}

function filled(graph: Graph, shape: readonly Dimension[], value: number): Tensor {
  const sizes = fixedShape(shape);
  const elements = sizes.reduce((product, size) => product * size, 1);
  const data = new Float32Array(elements).fill(value);
  return constant(graph, `${value} of [${sizes.join(", ")}]`, { shape: sizes, data });
}

/** [values.length] of int64. */
export function integers(graph: Graph, values: readonly number[]): Tensor {
  const data = BigInt64Array.from(values, BigInt);
  return constant(graph, `integers ${values.join(" ")}`, { shape: [values.length], data });
}

/** Stores a constant once per graph, whoever asks. */
export function constant(
  graph: Graph,
  name: string,
  content: Pick<OnnxTensor, "shape" | "data">,
): Tensor {
  const known = graph.constants.get(name);
  if (known) return known;
  graph.initializers.push({ name, ...content });
  const tensor = { name, shape: content.shape, type: elementTypeOf(content.data) };
  graph.constants.set(name, tensor);
  return tensor;
}

/** Appends one ONNX operation of one output, with no gradient. */
export function node(
  graph: Graph,
  op: string,
  inputs: readonly Tensor[],
  result: {
    readonly shape: readonly Dimension[];
    readonly type?: ElementType;
    readonly attributes?: Readonly<Record<string, Attribute>>;
    readonly domain?: OnnxNode["domain"];
  },
): Tensor {
  const [tensor] = nodes(graph, op, inputs, {
    shapes: [result.shape],
    attributes: result.attributes ?? {},
    domain: result.domain,
  });
  return { ...tensor!, type: result.type ?? "float32" };
}

/** Appends one ONNX operation of several float outputs, with no gradient. */
export function nodes(
  graph: Graph,
  op: string,
  inputs: readonly Tensor[],
  result: {
    readonly shapes: readonly (readonly Dimension[])[];
    readonly attributes: Readonly<Record<string, Attribute>>;
    readonly domain?: OnnxNode["domain"];
  },
): Tensor[] {
  const tensors = result.shapes.map((shape, index): Tensor => {
    return { name: `${op} ${graph.nodes.length} ${index}`, shape, type: "float32" };
  });
  graph.nodes.push({
    op,
    inputs: inputs.map((tensor) => tensor.name),
    outputs: tensors.map((tensor) => tensor.name),
    attributes: result.attributes,
    domain: result.domain,
  });
  return tensors;
}

/** Sizes that are known now; training graphs have no others. */
export function fixedShape(shape: readonly Dimension[]): number[] {
  return shape.map((size) => {
    if (typeof size === "number") return size;
    throw new RangeError(`the size of dimension ${size} must be known`);
  });
}
