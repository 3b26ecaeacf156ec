import { Failure } from "../core/domain/failure.ts";
import { type BundleId, MODEL_NAMES, type TrackId } from "../core/domain/ids.ts";
import { type NewTrack, newTrackOf } from "./new-track.ts";
import type { Scorer } from "./scorer.ts";

export interface SimilarTracks {
  readonly bundle: BundleId;
  /** Best first. */
  readonly tracks: readonly LikeTrack[];
}

export interface LikeTrack {
  readonly track: TrackId;
  /** A cosine. */
  readonly similarity: number;
  /** Undefined for a track that the bundle knows. */
  readonly newTrack: NewTrack | undefined;
}

/** The tracks nearest to a track in the space of the short-term model, or of the long-term one
 *  where the bundle has no other; no withdrawn one is among them. Throws `bad_request` for a track
 *  that neither the bundle knows nor is a new one. */
export async function similarTracks(
  { bundle, live, retriever }: Pick<Scorer, "bundle" | "live" | "retriever">,
  { track, k }: { readonly track: TrackId; readonly k: number },
): Promise<SimilarTracks> {
  await live.upToDateSoon();
  const { tracks, withdrawn } = live;
  const index = tracks.indexOf(track);
  if (index === undefined) {
    throw new Failure("bad_request", "track is not one that the bundle knows", { field: "track" });
  }
  const model = MODEL_NAMES.find((name) => bundle.models[name] !== undefined);
  if (model === undefined) return { bundle: bundle.manifest.id, tracks: [] };
  const vector = tracks.vectorOf(model, index)!;
  const found = await retriever.similar({ model, vector, excluded: [...withdrawn, index], k });
  return {
    bundle: bundle.manifest.id,
    tracks: found.map(({ index: at, similarity }) => {
      return { track: tracks.idOf(at), similarity, newTrack: newTrackOf(live, at) };
    }),
  };
}
