import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Whether an ONNX graph is a single `Identity` node, as the taste of a model whose hidden state
 *  itself is the taste: then its result is its input, and running it can be saved. False where in
 *  doubt. Source: onnx.proto, IR 10: `ModelProto.graph` 7, `GraphProto.node` 1, `NodeProto.op_type`
 *  4 and `domain` 7. */
export function isIdentityGraph(model: Uint8Array): boolean {
  const [graph, ...others] = messages(model, 7);
  if (graph === undefined || others.length > 0) return false;
  const [node, ...more] = messages(graph, 1);
  if (node === undefined || more.length > 0) return false;
  const texts = (field: number) =>
    messages(node, field).map((bytes) => new TextDecoder().decode(bytes));
  return texts(4).join() === "Identity" && texts(7).join("") === "";
}

/** The bytes of every occurrence of a length-delimited field. */
function messages(bytes: Uint8Array, field: number): Uint8Array[] {
  const reader = new BinaryReader(bytes);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === field && wireType === WireType.LengthDelimited) found.push(reader.bytes());
    else reader.skip(wireType, number);
  }
  return found;
}
