import { crc32 } from "node:zlib";
import { Failure } from "../domain/failure.ts";

/** What a store says about all of its entries, so that entries which are gone are missed. It is
 *  kept as one more entry, under the key `S`, and written with every transaction:
 *
 *  | offset | bytes | seal, little-endian |
 *  |---|---|---|
 *  | 0 | 4 | CRC-32 of the bytes after it |
 *  | 4 | 8 | id of the store, drawn when it was made |
 *  | 12 | 6 | entries, without the seal |
 *  | 18 | 4 | sum of their marks, modulo 2³² |
 *  | 22 | 4 | exclusive or of their marks |
 *
 *  An entry's mark is the CRC-32 of its key followed by its value.
 */
export interface Seal {
  /** 16 hexadecimal digits. */
  readonly store: string;
  readonly entries: number;
  readonly sum: number;
  readonly mix: number;
}

export const SEAL_KEY = Buffer.from("S");
const SEAL_BYTES = 26;

export function emptySeal(store: string): Seal {
  return { store, entries: 0, sum: 0, mix: 0 };
}

/** The seal after one entry was added, removed or exchanged; its value before and after. */
export function resealed(
  seal: Seal,
  key: Buffer,
  change: { readonly before: Buffer | undefined; readonly after: Buffer | undefined },
): Seal {
  const ofKey = crc32(key);
  const removed = change.before && crc32(change.before, ofKey);
  const added = change.after && crc32(change.after, ofKey);
  return {
    store: seal.store,
    entries: seal.entries + (added === undefined ? 0 : 1) - (removed === undefined ? 0 : 1),
    sum: (seal.sum + (added ?? 0) - (removed ?? 0)) >>> 0,
    mix: (seal.mix ^ (added ?? 0) ^ (removed ?? 0)) >>> 0,
  };
}

/** The seal that entries have; a seal among them is passed over. */
export function sealOf(
  store: string,
  entries: Iterable<{ readonly key: Buffer; readonly value: Buffer }>,
): Seal {
  let seal = emptySeal(store);
  for (const { key, value } of entries) {
    if (!key.equals(SEAL_KEY)) seal = resealed(seal, key, { before: undefined, after: value });
  }
  return seal;
}

export function encodeSeal({ store, entries, sum, mix }: Seal): Buffer {
  const bytes = Buffer.alloc(SEAL_BYTES);
  bytes.write(store, 4, 8, "hex");
  bytes.writeUIntLE(entries, 12, 6);
  bytes.writeUInt32LE(sum, 18);
  bytes.writeUInt32LE(mix, 22);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

/** Throws `bad_record` for bytes that `encodeSeal` did not write. */
export function decodeSeal(bytes: Buffer): Seal {
  if (bytes.length !== SEAL_BYTES || bytes.readUInt32LE(0) !== crc32(bytes.subarray(4))) {
    throw new Failure("bad_record", "the store's seal is damaged", { field: "seal" });
  }
  return {
    store: bytes.toString("hex", 4, 12),
    entries: bytes.readUIntLE(12, 6),
    sum: bytes.readUInt32LE(18),
    mix: bytes.readUInt32LE(22),
  };
}
