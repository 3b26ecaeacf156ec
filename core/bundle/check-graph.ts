import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { Failure } from "../domain/failure.ts";
import { BUNDLE_LIMITS } from "./limits.ts";
import { badBundle } from "./manifest-fields.ts";

/** Refuses an ONNX graph that keeps tensors outside its own bytes: ONNX Runtime would read the
 *  path that the graph names, from the process's working folder on, or even a memory address.
 *  Walks every place of a `ModelProto` where a tensor can stand. Source: onnx.proto, IR 10. */
export function refuseExternalData(graph: Uint8Array, field: string): void {
  try {
    walk(graph, "model", field, 0);
  } catch (error) {
    if (error instanceof Failure) throw error;
    // The wire reader throws errors of its own where the bytes are no protobuf.
    throw badBundle(field, "is no ONNX graph", error);
  }
}

type Message =
  | "model"
  | "training"
  | "function"
  | "graph"
  | "node"
  | "attribute"
  | "sparse"
  | "tensor";

/** By message: which fields hold which messages. Messages without tensors below are left out. */
const CHILDREN: Readonly<Record<Message, Readonly<Record<number, Message>>>> = {
  model: { 7: "graph", 20: "training", 25: "function" },
  training: { 1: "graph", 2: "graph" },
  function: { 7: "node", 11: "attribute" },
  graph: { 1: "node", 5: "tensor", 15: "sparse" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse" },
  sparse: { 1: "tensor", 2: "tensor" },
  tensor: {},
};

/** `TensorProto.external_data` and `TensorProto.data_location`. */
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;

function walk(bytes: Uint8Array, message: Message, field: string, depth: number): void {
  if (depth > BUNDLE_LIMITS.depthMax) throw badBundle(field, "is nested too deeply");
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const child = CHILDREN[message][number];
    if (message === "tensor" && (number === EXTERNAL_DATA || number === DATA_LOCATION)) {
      // Data location 0 is the default, inside the graph, and some exporters write it.
      const inside = wireType === WireType.Varint && reader.uint64().toString() === "0";
      if (!inside) throw badBundle(field, "keeps tensors outside the graph (ONNX external data)");
    } else if (child !== undefined && wireType === WireType.LengthDelimited) {
      walk(reader.bytes(), child, field, depth + 1);
    } else {
      reader.skip(wireType, number);
    }
  }
}
