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

/** How many bytes the 40-bit hash of an event takes: u40, little-endian. */
export const EVENT_HASH_BYTES = 5;

/** Returns the index after the hash. */
export function writeEventHash(bytes: Buffer, at: number, hash: number): number {
  bytes.writeUInt32LE(hash >>> 0, at);
  bytes[at + 4] = Math.floor(hash / 2 ** 32);
  return at + EVENT_HASH_BYTES;
}

export function readEventHash(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes[at + 4]! * 2 ** 32;
}
