import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Element types that Segue's graphs use. */
export type ElementType = "float32" | "uint8" | "int8" | "int64" | "bool";
/** A number, or the name of a dimension that is known at run time. */
export type Dimension = number | string;
export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  /** Whose operation it is; ONNX's own where it is left out. */
  readonly domain?: typeof CONTRIB_DOMAIN | undefined;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers become INT, `{float}` FLOAT, texts STRING, lists INTS. */
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export type TensorData = Float32Array | Uint8Array | Int8Array | BigInt64Array;

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers: readonly OnnxTensor[];
}

const IR_VERSION = 9;
const OPSET_VERSION = 18;
/** The operations that ONNX Runtime adds to ONNX. */
export const CONTRIB_DOMAIN = "com.microsoft";
const CONTRIB_VERSION = 1;
/** `TensorProto.DataType` of the ONNX specification. */
const DATA_TYPE: Record<ElementType, number> = {
  ...{ float32: 1, uint8: 2, int8: 3 },
  ...{ int64: 7, bool: 9 },
};
/** `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

export function elementTypeOf(data: TensorData): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Uint8Array) return "uint8";
  return data instanceof Int8Array ? "int8" : "int64";
}

/** Encodes a graph as an ONNX `ModelProto` (opset 18). The bytes depend on the graph alone.
 *  Source: onnx.proto of the ONNX specification, IR version 9. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const model = new BinaryWriter();
  writeInt(model, 1, IR_VERSION);
  writeText(model, 2, "segue");
  writeMessage(model, 7, (writer) => writeGraph(writer, graph));
  writeMessage(model, 8, (opset) => {
    writeText(opset, 1, "");
    writeInt(opset, 2, OPSET_VERSION);
  });
  if (graph.nodes.some(({ domain }) => domain === CONTRIB_DOMAIN)) {
    writeMessage(model, 8, (opset) => {
      writeText(opset, 1, CONTRIB_DOMAIN);
      writeInt(opset, 2, CONTRIB_VERSION);
    });
  }
  return model.finish();
}

function writeGraph(writer: BinaryWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) writeMessage(writer, 1, (inner) => writeNode(inner, node));
  writeText(writer, 2, graph.name);
  for (const tensor of graph.initializers) {
    writeMessage(writer, 5, (inner) => writeTensor(inner, tensor));
  }
  for (const value of graph.inputs) writeMessage(writer, 11, (inner) => writeValue(inner, value));
  for (const value of graph.outputs) writeMessage(writer, 12, (inner) => writeValue(inner, value));
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const input of node.inputs) writeText(writer, 1, input);
  for (const output of node.outputs) writeText(writer, 2, output);
  writeText(writer, 4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    writeMessage(writer, 5, (inner) => writeAttribute(inner, name, value));
  }
  if (node.domain !== undefined) writeText(writer, 7, node.domain);
}

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  writeText(writer, 1, name);
  if (typeof value === "number") {
    writeInt(writer, 3, value);
    writeInt(writer, 20, ATTRIBUTE_TYPE.int);
  } else if (typeof value === "string") {
    writer.tag(4, WireType.LengthDelimited).bytes(new TextEncoder().encode(value));
    writeInt(writer, 20, ATTRIBUTE_TYPE.string);
  } else if ("float" in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    writeInt(writer, 20, ATTRIBUTE_TYPE.float);
  } else {
    for (const item of value) writeInt(writer, 8, item);
    writeInt(writer, 20, ATTRIBUTE_TYPE.ints);
  }
}

function writeTensor(writer: BinaryWriter, tensor: OnnxTensor): void {
  const { data } = tensor;
  for (const size of tensor.shape) writeInt(writer, 1, size);
  writeInt(writer, 2, DATA_TYPE[elementTypeOf(data)]);
  writeText(writer, 8, tensor.name);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  writer.tag(9, WireType.LengthDelimited).bytes(bytes);
}

function writeValue(writer: BinaryWriter, value: OnnxValue): void {
  writeText(writer, 1, value.name);
  writeMessage(writer, 2, (type) =>
    writeMessage(type, 1, (tensorType) => {
      writeInt(tensorType, 1, DATA_TYPE[value.type]);
      writeMessage(tensorType, 2, (shape) => {
        for (const size of value.shape) {
          writeMessage(shape, 1, (dimension) => {
            if (typeof size === "number") writeInt(dimension, 1, size);
            else writeText(dimension, 2, size);
          });
        }
      });
    }),
  );
}

function writeInt(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function writeText(writer: BinaryWriter, field: number, text: string): void {
  writer.tag(field, WireType.LengthDelimited).string(text);
}

function writeMessage(
  writer: BinaryWriter,
  field: number,
  fill: (inner: BinaryWriter) => void,
): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  fill(writer);
  writer.join();
}
