import type { CatalogueTrack } from "../core/catalogue/catalogue-track.ts";
import type { DeadLetter } from "../ingest/dead-letters.ts";
import type {
  DeadLetter as WireDeadLetter,
  FoundTrack as WireFoundTrack,
} from "../proto/gen/segue/v1/console.ts";
import type { TrackDetails } from "../proto/gen/segue/v1/recommender.ts";
import type { FoundTrack } from "./library/search-tracks.ts";

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
