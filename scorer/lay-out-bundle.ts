import type { Bundle } from "../core/bundle/bundle.ts";
import { type LaidOutSearch, layOutSearch } from "./retrieval/open-retriever.ts";
import { trackSpace } from "./retrieval/retriever.ts";
import type { TrackBits } from "./retrieval/track-bits.ts";
import { longTailOf } from "./rules/facts.ts";
import { type Averages, catalogueAverages } from "./shares.ts";
import { type LaidOutSources, layOutSources } from "./sources/source-layout.ts";

/** All that is worked out of a bundle before it is asked for lists: data alone, so that one thread
 *  can hand it to another. */
export interface BundleLayout {
  readonly tracks: LaidOutSearch;
  readonly sources: LaidOutSources;
  readonly averages: Averages;
  readonly longTail: TrackBits;
}

/** A tenth of a second of work for every 5,000 tracks. */
export function layOutBundle(
  bundle: Pick<Bundle, "models" | "popularity" | "sources" | "clusters">,
): BundleLayout {
  const space = trackSpace(bundle);
  return {
    tracks: layOutSearch(bundle, space),
    sources: layOutSources(bundle.sources, space.count),
    averages: catalogueAverages(space),
    longTail: longTailOf(bundle),
  };
}
