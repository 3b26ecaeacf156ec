import type { RetrievalQuery } from "./retriever.ts";
import { addTrack, type TrackBits } from "./track-bits.ts";

/** Fills a set with the tracks that a search must not find, and with what is behind the last. */
export function loadExcluded(bits: TrackBits, { allowed, excluded }: RetrievalQuery): void {
  if (allowed === undefined) bits.fill(0);
  else for (let word = 0; word < bits.length; word++) bits[word] = ~(allowed[word] ?? 0);
  for (const track of excluded) addTrack(bits, track);
}
