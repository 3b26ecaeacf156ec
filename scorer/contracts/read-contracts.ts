import { readFileSync } from "node:fs";
import { BinaryReader } from "@bufbuild/protobuf/wire";

/** The contracts that reflection serves: a `google.protobuf.FileDescriptorSet` in bytes. */
export const CONTRACTS = new URL("contracts.binpb", import.meta.url);

/** Each contract file, as the bytes of its `FileDescriptorProto`. */
export function fileDescriptors(): Buffer[] {
  const reader = new BinaryReader(readFileSync(CONTRACTS));
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    reader.uint32();
    files.push(Buffer.from(reader.bytes()));
  }
  return files;
}
