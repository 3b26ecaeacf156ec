import type { CatalogueReader } from "../../core/catalogue/catalogue-store.ts";
import { MODEL_NAMES, type TrackId, type TrackIndex } from "../../core/domain/ids.ts";
import { CONTEXT_KINDS, EVENT_KINDS } from "../../core/domain/listening-event.ts";
import type {
  GetTasteRequest,
  GetTasteResponse,
  GetTrackMapRequest,
  GetTrackMapResponse,
  MapTrack,
  TastePlace,
} from "../../proto/gen/segue/v1/console.ts";
import type {
  EventKind as WireEventKind,
  PlayContextKind as WirePlayContextKind,
} from "../../proto/gen/segue/v1/listening.ts";
import { readState } from "../../scorer/read-state.ts";
import { listenerOf } from "../../scorer/requests.ts";
import type { Scorer } from "../../scorer/scorer.ts";
import { mostPopular } from "../library/search-tracks.ts";
import { CONSOLE_LIMITS as LIMITS } from "../limits.ts";
import { countOf } from "../requests.ts";
import { type PathStep, tastePath } from "./taste-path.ts";
import { type TrackMap, trackMap } from "./track-map.ts";

/** Empty for a bundle without models. */
export function trackMapReply(
  { bundle }: Scorer,
  { tracks }: GetTrackMapRequest,
): GetTrackMapResponse {
  const range = { field: "tracks", most: LIMITS.mapTracksMax, fallback: LIMITS.mapTracksDefault };
  const count = countOf(tracks, range);
  const map = trackMap(bundle);
  const chosen = map === undefined ? [] : mostPopular(bundle, count);
  return {
    bundleId: bundle.manifest.id,
    model: map?.model ?? "",
    tracks: chosen.map((index) => ({
      track: bundle.trackIds[index]!,
      ...map!.placeOf(index as TrackIndex),
    })),
    explained: [...(map?.explained ?? [])],
  };
}

/** The record is read as a list reads it, so that one of another bundle is stepped anew. */
export async function tasteReply(
  scorer: Scorer,
  request: GetTasteRequest,
  catalogue: CatalogueReader,
): Promise<GetTasteResponse> {
  const listener = listenerOf(request.listener);
  const range = { field: "steps", most: LIMITS.tasteStepsMax, fallback: LIMITS.tasteStepsDefault };
  const steps = countOf(request.steps, { ...range, least: 0 });
  countOf(request.tracks.length, {
    field: "tracks",
    least: 0,
    most: LIMITS.placesMax,
    fallback: 0,
  });
  const { record } = await readState(scorer, { listener, k: 1 });
  const map = trackMap(scorer.bundle);
  const path =
    record === undefined || map === undefined
      ? []
      : await tastePath(scorer, record, { map, steps });
  return {
    bundleId: scorer.bundle.manifest.id,
    path: path.map((step) => placeReply(step, scorer, catalogue)),
    models: MODEL_NAMES.flatMap((model) => {
      const hidden = record?.hidden[model];
      return hidden === undefined ? [] : [{ model, hidden: [...hidden] }];
    }),
    tracks: map === undefined ? [] : placesOf(request.tracks as TrackId[], scorer, map),
  };
}

/** Without the tracks that the bundle does not know. */
function placesOf(tracks: readonly TrackId[], { bundle }: Scorer, map: TrackMap): MapTrack[] {
  return tracks.flatMap((track) => {
    const index = bundle.indexOf(track);
    return index === undefined ? [] : [{ track, ...map.placeOf(index) }];
  });
}

function placeReply(
  { x, y, event }: PathStep,
  { bundle }: Scorer,
  catalogue: CatalogueReader,
): TastePlace {
  const index = bundle.indexOfHash(event.track);
  const track = index === undefined ? undefined : bundle.trackIds[index];
  return {
    x,
    y,
    event: {
      track: track ?? "",
      kind: EVENT_KINDS.indexOf(event.kind) as WireEventKind,
      happenedAtMs: event.happenedAtMs,
      fractionPlayed: event.fractionPlayed,
      context: CONTEXT_KINDS.indexOf(event.context) as WirePlayContextKind,
    },
    title: (track && catalogue.get(track)?.title) ?? "",
  };
}
