import type { BlendWeights } from "../../core/bundle/manifest.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import type { SparseName, SparseSources } from "../retrieval/retriever.ts";
import { kernelsOn } from "../retrieval/scan-memory.ts";
import { coplaySource } from "./coplay.ts";
import { neighbourSource } from "./neighbours.ts";
import type { LaidOutSources } from "./source-layout.ts";
import { tallyReader } from "./tally.ts";

/** Asks what a bundle has beside its models of a session's plays, the last one first. A source is
 *  left out that has nothing to say, or whose weight is 0. */
export type OpenSources = (
  session: readonly TrackIndex[],
  weights: Pick<BlendWeights, SparseName>,
) => SparseSources;

export function openSources(laidOut: LaidOutSources): OpenSources {
  const { buffer } = laidOut.memory;
  const kernels = kernelsOn(laidOut.memory);
  const memory = { buffer, kernels, said: tallyReader(buffer, laidOut.tally) };
  const neighbours = laidOut.neighbours && neighbourSource(memory, laidOut.neighbours);
  const coplay = laidOut.coplay && coplaySource(memory, laidOut.coplay);
  return (session, weights) => {
    const near = weights.neighbours > 0 ? neighbours?.(session) : undefined;
    const after = weights.coplay > 0 ? coplay?.(session) : undefined;
    return {
      ...(near && near.tracks.length > 0 && { neighbours: near }),
      ...(after && after.tracks.length > 0 && { coplay: after }),
    };
  };
}
