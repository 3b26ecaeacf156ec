import type { CatalogueTrack } from "../core/catalogue/catalogue-track.ts";
import type { TrackId } from "../core/domain/ids.ts";
import type { DeadLetter } from "../ingest/dead-letters.ts";
import type {
  DeadLetter as WireDeadLetter,
  FoundTrack as WireFoundTrack,
  TrackExposure as WireTrackExposure,
} from "../proto/gen/segue/v1/console.ts";
import type { TrackDetails } from "../proto/gen/segue/v1/recommender.ts";
import type { FoundTrack } from "./library/search-tracks.ts";
import type { ExposureCount } from "./status/exposure.ts";

export function foundTrackReply({ track, known }: FoundTrack): WireFoundTrack {
  return {
    track,
    details: known && detailsOf(known),
    trackMs: known?.trackMs ?? 0,
    genres: [...(known?.genres ?? [])],
  };
}

function detailsOf({ title, artists, album }: CatalogueTrack): TrackDetails {
  return { title, artists: artists.map(({ name }) => name), album: album.title };
}

export function exposureReply(
  track: TrackId,
  known: CatalogueTrack | undefined,
  { byTrack }: ExposureCount,
): WireTrackExposure {
  const { lists, meanRank } = byTrack.get(track) ?? NEVER_RECOMMENDED;
  return { track, details: known && detailsOf(known), lists, meanRank };
}

const NEVER_RECOMMENDED = { lists: 0, meanRank: 0 };

export function deadLetterReply(letter: DeadLetter): WireDeadLetter {
  const { topic, partition, offset, reason, field, writtenAtMs, valueBytes, value } = letter;
  return {
    letter: letter.letter,
    topic,
    record: { partition, offset },
    reason,
    field,
    writtenAtMs,
    valueBytes,
    value: Buffer.from(value),
  };
}
