import { createHash } from "node:crypto";

/** SHA-256, in hexadecimal, over keys and values in the order given, each pair after its two
 *  lengths, u32 little-endian. */
export function digestEntries(entries: Iterable<readonly [key: Buffer, value: Buffer]>): string {
  const digest = createHash("sha256");
  const lengths = Buffer.alloc(8);
  for (const [key, value] of entries) {
    lengths.writeUInt32LE(key.length, 0);
    lengths.writeUInt32LE(value.length, 4);
    digest.update(lengths).update(key).update(value);
  }
  return digest.digest("hex");
}
