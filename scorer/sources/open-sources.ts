import type { Sources } from "../../core/bundle/bundle.ts";
import type { BlendWeights } from "../../core/bundle/manifest.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import type { SparseName, SparseSources } from "../retrieval/retriever.ts";
import { coplaySource } from "./coplay.ts";
import { indexNeighbours, type NeighbourIndex, neighbourSource } from "./neighbours.ts";

/** What is worked out of the sources before one is asked. */
export interface SourcesIndex {
  readonly neighbours?: NeighbourIndex;
}

export function indexSources({ neighbours }: Sources, count: number): SourcesIndex {
  return neighbours === undefined ? {} : { neighbours: indexNeighbours(neighbours, count) };
}

/** Asks what a bundle has beside its models of a session's plays, the last one first. A source is
 *  left out that has nothing to say, or whose weight is 0. */
export type OpenSources = (
  session: readonly TrackIndex[],
  weights: Pick<BlendWeights, SparseName>,
) => SparseSources;

export function openSources(sources: Sources, index: SourcesIndex, count: number): OpenSources {
  const neighbours =
    sources.neighbours && index.neighbours && neighbourSource(sources.neighbours, index.neighbours);
  const coplay = sources.coplay && coplaySource(sources.coplay, sources.runs, count);
  return (session, weights) => {
    const near = weights.neighbours > 0 ? neighbours?.(session) : undefined;
    const after = weights.coplay > 0 ? coplay?.(session) : undefined;
    return {
      ...(near && near.tracks.length > 0 && { neighbours: near }),
      ...(after && after.tracks.length > 0 && { coplay: after }),
    };
  };
}
