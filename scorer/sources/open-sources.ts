import type { Bundle } from "../../core/bundle/bundle.ts";
import type { BlendWeights } from "../../core/bundle/manifest.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import type { SparseName, SparseSources } from "../retrieval/retriever.ts";
import { runAtOnce, type Steps } from "../run-in-steps.ts";
import { coplaySource } from "./coplay.ts";
import { neighbourSource } from "./neighbours.ts";

/** Asks what a bundle has beside its models of a session's plays, the last one first. A source is
 *  left out that has nothing to say, or whose weight is 0. */
export type OpenSources = (
  session: readonly TrackIndex[],
  weights: Pick<BlendWeights, SparseName>,
) => SparseSources;

export function openSources(bundle: Pick<Bundle, "sources" | "trackIds">): OpenSources {
  return runAtOnce(sourcesInSteps(bundle));
}

/** The same, yielding between steps of some milliseconds. */
export function* sourcesInSteps({
  sources,
  trackIds,
}: Pick<Bundle, "sources" | "trackIds">): Steps<OpenSources> {
  const count = trackIds.length;
  const neighbours = sources.neighbours && (yield* neighbourSource(sources.neighbours, count));
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
