import type { BundleId, BundleMark, EventHash, EventId, TrackHash, TrackId } from "./ids.ts";

/** The hash by which records know a track, whatever the bundle. Opening a bundle refuses two
 *  tracks of one hash (for a million tracks the chance is 1 in 18,000). */
export function trackHash(track: TrackId): TrackHash {
  return hash53(track) as TrackHash;
}

/** The hash by which a dedupe window knows an event: the low 40 bits. Of 17 billion events one is
 *  taken for a duplicate of one of the 64 before it, at worst. */
export function eventHash(event: EventId): EventHash {
  return shortenedEventHash(hash53(event));
}

/** An event's hash of 53 bits, as records once held it, as one of 40. */
export function shortenedEventHash(hash: number): EventHash {
  return (hash % 2 ** 40) as EventHash;
}

/** The mark by which records know a bundle. */
export function bundleMark(bundle: BundleId): BundleMark {
  return bundle.slice(0, BUNDLE_MARK_DIGITS) as BundleMark;
}

const BUNDLE_MARK_DIGITS = 16;

const FNV_PRIME = 0x01000193;

/** Two FNV-1a lanes of different bases over the text's UTF-16 units, each ended by MurmurHash3's
 *  32-bit finalizer, joined to a whole number below 2⁵³. Stored in records: never change it. */
function hash53(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, FNV_PRIME);
    high = Math.imul(high ^ unit ^ (low >>> 15), FNV_PRIME);
  }
  return (finalize(high) & 0x1fffff) * 0x100000000 + finalize(low);
}

function finalize(lane: number): number {
  let bits = lane ^ (lane >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
