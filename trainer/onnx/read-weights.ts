import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** A tensor that is stored in a graph. */
export interface StoredWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The float32 tensors of a graph that `encodeModel` wrote, by name. Of another's graph it may find
 *  fewer or none. Throws what the wire reader throws where the bytes are no protobuf.
 *  Source: onnx.proto, IR 9: `ModelProto.graph` 7, `GraphProto.initializer` 5. */
export function readWeights(model: Uint8Array): ReadonlyMap<string, StoredWeight> {
  const found = new Map<string, StoredWeight>();
  forEachField(model, (number, bytes) => {
    if (number !== 7) return;
    forEachField(bytes, (inner, tensor) => {
      if (inner === 5) readTensor(tensor, found);
    });
  });
  return found;
}

/** Calls `see` with each length-delimited field. */
function forEachField(bytes: Uint8Array, see: (number: number, bytes: Uint8Array) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) see(number, reader.bytes());
    else reader.skip(wireType, number);
  }
}

/** `TensorProto.DataType.FLOAT`. */
const FLOAT = 1;

/** `TensorProto`: `dims` 1, `data_type` 2, `name` 8, `raw_data` 9. */
function readTensor(bytes: Uint8Array, found: Map<string, StoredWeight>): void {
  const reader = new BinaryReader(bytes);
  const shape: number[] = [];
  let type = 0;
  let name = "";
  let raw = new Uint8Array(0);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1 && wireType === WireType.Varint) shape.push(Number(reader.int64()));
    else if (number === 2 && wireType === WireType.Varint) type = reader.int32();
    else if (number === 8 && wireType === WireType.LengthDelimited) name = reader.string();
    // A copy: the bytes may lie anywhere, a Float32Array only at multiples of 4.
    else if (number === 9 && wireType === WireType.LengthDelimited) raw = reader.bytes().slice();
    else reader.skip(wireType, number);
  }
  if (type === FLOAT && raw.length % Float32Array.BYTES_PER_ELEMENT === 0) {
    found.set(name, { shape, values: new Float32Array(raw.buffer) });
  }
}
