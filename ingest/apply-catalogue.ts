import { type CatalogueStore, WITHDRAWN } from "../core/catalogue/catalogue-store.ts";
import type { CatalogueTrack } from "../core/catalogue/catalogue-track.ts";
import { Failure } from "../core/domain/failure.ts";
import { ID_BYTES_MAX, type Offset, type TrackId } from "../core/domain/ids.ts";
import type { EventLog, LogBatch, LogRecord, LogSubscription } from "../core/log/event-log.ts";
import type { LogNoticeListener } from "../core/log/log-notice.ts";
import { CatalogueEvent as WireCatalogueEvent } from "../proto/gen/segue/v1/catalogue.ts";
import { addCounts, type Counts, newCounts } from "./counters.ts";
import { decodeMessage } from "./decode-message.ts";

export interface CatalogueIngestOptions {
  /** The catalogue topic. */
  readonly log: EventLog;
  readonly catalogue: CatalogueStore;
  /** The consumer group, this store's alone: every store needs the whole catalogue. */
  readonly group?: string;
  readonly counts: Counts;
  readonly onNotice: LogNoticeListener;
}

export const CATALOGUE_GROUP = "segue-catalogue";

/** Reads the catalogue topic into the catalogue until the subscription is closed. The newest
 *  record of a track counts, so reading a part again does no harm; a topic that is compacted
 *  loses nothing. */
export async function startCatalogueIngest(
  options: CatalogueIngestOptions,
): Promise<LogSubscription> {
  const { log, catalogue, counts, onNotice } = options;
  return log.subscribe(options.group ?? CATALOGUE_GROUP, {
    resumeFrom: (partition) => catalogue.position(partition),
    async onBatch(batch) {
      addCounts(counts, await applyCatalogueBatch(batch, catalogue));
    },
    onOutOfRange(partition, wanted, { first }) {
      const message = `catalogue partition ${partition} goes on at ${first}, not ${wanted}`;
      onNotice({ level: "error", message });
      return first;
    },
  });
}

/** Applies one batch in one commit. A record that is no catalogue event is counted and passed
 *  over: the topic keeps it, and nothing depends on it. */
export async function applyCatalogueBatch(
  { partition, records }: LogBatch,
  catalogue: CatalogueStore,
): Promise<Counts> {
  const counts = newCounts();
  const tracks = new Map<TrackId, CatalogueTrack | typeof WITHDRAWN | null>();
  for (const record of records) {
    try {
      const change = decodeCatalogueEvent(record);
      tracks.set(record.key as TrackId, change);
      const isGone = change === null || change === WITHDRAWN;
      counts[isGone ? "catalogue_removed" : "catalogue_applied"] += 1;
    } catch (failure) {
      if (!(failure instanceof Failure && failure.code === "bad_event")) throw failure;
      counts.catalogue_malformed += 1;
    }
  }
  const next = (records.at(-1)!.offset + 1) as Offset;
  await catalogue.commit({ partition, next, tracks });
  return counts;
}

/** What a record says of its track; null where it takes back all that was said. Throws
 *  `bad_event`. */
function decodeCatalogueEvent(record: LogRecord): CatalogueTrack | typeof WITHDRAWN | null {
  const bytes = Buffer.byteLength(record.key, "utf8");
  if (bytes === 0 || bytes > ID_BYTES_MAX) {
    const message = `the key has ${bytes} bytes, not 1 to ${ID_BYTES_MAX}`;
    throw new Failure("bad_event", message, { field: "key" });
  }
  if (record.value === null) return null;
  const event = decodeMessage(record, WireCatalogueEvent);
  if (event.track !== record.key) {
    throw new Failure("bad_event", "the record's key is not its track", { field: "key" });
  }
  if (event.tombstone) return WITHDRAWN;
  checkAttributes(event);
  return {
    track: event.track as TrackId,
    title: event.title,
    artists: event.artists,
    album: event.album ?? { id: "", title: "" },
    genres: event.genres,
    trackMs: event.trackMs,
    releaseDate: event.releaseDate,
    markets: event.markets,
    explicit: event.explicit,
    ...(event.tempo !== undefined && { tempo: event.tempo }),
    ...(event.energy !== undefined && { energy: event.energy }),
    ...(event.valence !== undefined && { valence: event.valence }),
    ...(event.recording !== "" && { recording: event.recording }),
    ...(event.popularity !== undefined && { popularity: event.popularity }),
  };
}

const TEMPO_MAX = 1000;

function checkAttributes({
  tempo = 1,
  energy = 0,
  valence = 0,
  popularity = 0,
  recording,
}: WireCatalogueEvent): void {
  const shares = { energy, valence, popularity };
  for (const [field, share] of Object.entries(shares)) {
    if (share >= 0 && share <= 1) continue;
    throw new Failure("bad_event", `${field} is ${share}, not 0 to 1`, { field });
  }
  if (!(tempo > 0 && tempo <= TEMPO_MAX)) {
    const message = `tempo is ${tempo}, not above 0 and at most ${TEMPO_MAX}`;
    throw new Failure("bad_event", message, { field: "tempo" });
  }
  const bytes = Buffer.byteLength(recording, "utf8");
  if (bytes > ID_BYTES_MAX) {
    const message = `recording has ${bytes} bytes, more than ${ID_BYTES_MAX}`;
    throw new Failure("bad_event", message, { field: "recording" });
  }
}
