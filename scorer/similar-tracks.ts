import { Failure } from "../core/domain/failure.ts";
import { type BundleId, MODEL_NAMES, type TrackId } from "../core/domain/ids.ts";
import type { Scorer } from "./scorer.ts";

export interface SimilarTracks {
  readonly bundle: BundleId;
  /** Best first; `similarity` is a cosine. */
  readonly tracks: readonly { readonly track: TrackId; readonly similarity: number }[];
}

/** The tracks nearest to a track in the space of the short-term model, or of the long-term one
 *  where the bundle has no other. Throws `bad_request` for a track that the bundle does not
 *  know. */
export function similarTracks(
  { bundle, retriever }: Pick<Scorer, "bundle" | "retriever">,
  { track, k }: { readonly track: TrackId; readonly k: number },
): SimilarTracks {
  const index = bundle.indexOf(track);
  if (index === undefined) {
    throw new Failure("bad_request", "track is not one that the bundle knows", { field: "track" });
  }
  const model = MODEL_NAMES.find((name) => bundle.models[name] !== undefined);
  const found = model === undefined ? [] : retriever.similar(model, index, k);
  const tracks = found.map(({ index: at, similarity }) => ({
    track: bundle.trackIds[at]!,
    similarity,
  }));
  return { bundle: bundle.manifest.id, tracks };
}
