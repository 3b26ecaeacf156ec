/** How many bytes a 53-bit hash takes in a record: u56, little-endian. */
export const HASH_BYTES = 7;

/** Returns the index after the hash. */
export function writeHash(bytes: Buffer, at: number, hash: number): number {
  const high = Math.floor(hash / 2 ** 32);
  bytes.writeUInt32LE(hash >>> 0, at);
  bytes[at + 4] = high;
  bytes[at + 5] = high >>> 8;
  bytes[at + 6] = high >>> 16;
  return at + HASH_BYTES;
}

export function readHash(bytes: Buffer, at: number): number {
  const high = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16);
  return bytes.readUInt32LE(at) + high * 2 ** 32;
}
