import type { EventId, ListenerId, TrackId } from "../../core/domain/ids.ts";
import { lengthToMs, unixToMs } from "./cells.ts";
import { type LogFormat, listeningEvent } from "./log-format.ts";
import { jsonLines } from "./read-json-rows.ts";

/** Where a listen holds what is read of it, under names of our own. */
const PATHS = {
  userId: "user_id",
  userName: "user_name",
  timestamp: "timestamp",
  listenedAt: "listened_at",
  mappedId: "track_metadata.mbid_mapping.recording_mbid",
  submittedId: "track_metadata.additional_info.recording_mbid",
  messyId: "recording_msid",
  messyIdInside: "track_metadata.additional_info.recording_msid",
  title: "track_metadata.track_name",
  artistName: "track_metadata.artist_name",
  artistId: "track_metadata.additional_info.artist_mbids.0",
  albumTitle: "track_metadata.release_name",
  albumId: "track_metadata.additional_info.release_mbid",
  durationMs: "track_metadata.additional_info.duration_ms",
  durationSeconds: "track_metadata.additional_info.duration",
} as const;

const NAMES = Object.keys(PATHS) as (keyof typeof PATHS)[];

/** ListenBrainz' dumps, files `listens/YEAR/MONTH.listens`: a JSON object a line, times in Unix
 *  seconds. A track is its MusicBrainz recording id, mapped or submitted, else the "messybrainz" id
 *  of its names. A listen is sent past half the track or four minutes, so each is a finished play.
 *
 *  Schema: https://listenbrainz.readthedocs.io/en/latest/users/listenbrainz-dumps.html and
 *  https://listenbrainz.readthedocs.io/en/latest/users/json.html */
export const listenBrainz: LogFormat = {
  name: "listenbrainz",
  needed: [],
  optional: NAMES.map((name) => PATHS[name]),
  clock: "real",
  read: jsonLines,
  begin:
    () =>
    (cells, { row }) => {
      const of = (name: keyof typeof PATHS) => cells[PLACES[name]]!;
      const listener = of("userId") || of("userName");
      if (!listener) return "user_id and user_name are empty";
      const happenedAtMs = unixToMs(of("timestamp") || of("listenedAt"), 1000);
      if (happenedAtMs === undefined) return "timestamp is no Unix time in seconds";
      const track = of("mappedId") || of("submittedId") || of("messyId") || of("messyIdInside");
      if (!track) return "recording_mbid and recording_msid are empty";
      const trackMs = lengthToMs(of("durationMs"), 1) ?? lengthToMs(of("durationSeconds"), 1000);
      const event = listeningEvent({
        eventId: `listenbrainz:${row}` as EventId,
        listener: listener as ListenerId,
        track: track as TrackId,
        happenedAtMs,
        kind: "finished",
        trackMs,
      });
      const about = {
        artistId: of("artistId") || of("artistName"),
        artistName: of("artistName"),
        title: of("title"),
        albumId: of("albumId") || of("albumTitle"),
        albumTitle: of("albumTitle"),
        trackMs,
      };
      return { event, about };
    },
};

const PLACES = Object.fromEntries(NAMES.map((name, place) => [name, place])) as Record<
  keyof typeof PATHS,
  number
>;
