import type { Bundle } from "../../core/bundle/bundle.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import type { SparseSources } from "../retrieval/retriever.ts";
import { coplaySource } from "./coplay.ts";
import { neighbourSource } from "./neighbours.ts";

/** Asks what a bundle has beside its models of a session's tracks, the last one first. A source
 *  that has nothing to say is left out. */
export type OpenSources = (session: readonly TrackIndex[]) => SparseSources;

export function openSources(bundle: Pick<Bundle, "sources" | "trackIds">): OpenSources {
  const count = bundle.trackIds.length;
  const { sources } = bundle;
  const neighbours = sources.neighbours && neighbourSource(sources.neighbours, count);
  const coplay = sources.coplay && coplaySource(sources.coplay, count);
  return (session) => {
    const [near, after] = [neighbours?.(session), coplay?.(session)];
    return {
      ...(near && near.tracks.length > 0 && { neighbours: near }),
      ...(after && after.tracks.length > 0 && { coplay: after }),
    };
  };
}
