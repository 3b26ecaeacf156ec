import { trackHash } from "../core/domain/hash.ts";
import type { TrackHash, TrackId } from "../core/domain/ids.ts";
import { REQUEST_LIMITS } from "./limits.ts";

/** Where a list ended: what the first page was called, and what all pages held. */
export interface Page {
  readonly recommendationId: string;
  readonly tracks: readonly TrackHash[];
}

/** A track hash has 53 bits. */
const HASH_BYTES = 7;

/** The page after a list; undefined where the list was the last one or the pages are full. */
export function nextPage(
  before: Page | undefined,
  list: { readonly id: string; readonly tracks: readonly TrackId[]; readonly isLast: boolean },
): Page | undefined {
  const tracks = [...(before?.tracks ?? []), ...list.tracks.map(trackHash)];
  if (list.isLast || tracks.length >= REQUEST_LIMITS.pagedTracksMax) return undefined;
  return { recommendationId: before?.recommendationId ?? list.id, tracks };
}

/** Hashes as 7 bytes each, the low byte first. */
export function encodePageTracks(tracks: readonly TrackHash[]): Buffer {
  const bytes = Buffer.alloc(tracks.length * HASH_BYTES);
  for (const [at, hash] of tracks.entries()) {
    bytes.writeUIntLE(hash % 2 ** 32, at * HASH_BYTES, 4);
    bytes.writeUIntLE(Math.floor(hash / 2 ** 32), at * HASH_BYTES + 4, 3);
  }
  return bytes;
}

/** Undefined for bytes that are no tracks. */
export function decodePageTracks(bytes: Uint8Array): readonly TrackHash[] | undefined {
  const count = bytes.length / HASH_BYTES;
  if (!Number.isInteger(count) || count > REQUEST_LIMITS.pagedTracksMax) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, at) => {
    const low = view.readUIntLE(at * HASH_BYTES, 4);
    return (view.readUIntLE(at * HASH_BYTES + 4, 3) * 2 ** 32 + low) as TrackHash;
  });
}
