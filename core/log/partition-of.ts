import type { Partition } from "../domain/ids.ts";

/** The partition that holds every record of `key`: murmur2 over the key's UTF-8 bytes, its sign
 *  bit dropped, modulo `partitions`. Equal to the default partitioner of Kafka's Java client
 *  (org.apache.kafka.common.utils.Utils.murmur2), so a listener has the same partition on both
 *  engines and for producers in any language. */
export function partitionOf(key: string, partitions: number): Partition {
  return ((murmur2(Buffer.from(key, "utf8")) & 0x7fffffff) % partitions) as Partition;
}

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/** MurmurHash2, 32 bits, little-endian words; a signed 32-bit number. */
function murmur2(bytes: Uint8Array): number {
  let hash = SEED ^ bytes.length;
  const wordsEnd = bytes.length & ~3;
  for (let index = 0; index < wordsEnd; index += 4) {
    let word =
      bytes[index]! |
      (bytes[index + 1]! << 8) |
      (bytes[index + 2]! << 16) |
      (bytes[index + 3]! << 24);
    word = Math.imul(word, MULTIPLIER);
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  const rest = bytes.length & 3;
  if (rest === 3) hash ^= bytes[wordsEnd + 2]! << 16;
  if (rest >= 2) hash ^= bytes[wordsEnd + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ bytes[wordsEnd]!, MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}
