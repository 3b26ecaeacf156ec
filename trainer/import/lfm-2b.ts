import type { EventId, ListenerId, TrackId } from "../../core/domain/ids.ts";
import { isoToMs } from "./cells.ts";
import { type LogFormat, listeningEvent } from "./log-format.ts";
import { delimited } from "./read-delimited.ts";

/** LFM-2b (Schedl et al., CHIIR 2022), file `listening-events.tsv`: a header with `user_id`,
 *  `track_id`, `album_id` and `timestamp`, the time as `2020-02-20 13:05:59`. It names no zone; it
 *  is read as UTC, Last.fm's own. A scrobble is a play past half the track, so every row is a
 *  finished play. `tracks.tsv` gives titles and artists.
 *
 *  Schema: http://www.cp.jku.at/datasets/LFM-2b, and public code that reads it with these names and
 *  `%Y-%m-%d %H:%M:%S`. */
export const lfm2b: LogFormat = {
  name: "lfm-2b",
  needed: ["user_id", "track_id", "timestamp"],
  optional: ["album_id"],
  clock: "real",
  read: delimited({ separator: "tab" }),
  tracks: {
    needed: ["track_id"],
    optional: ["track_name", "artist_id", "artist_name"],
    read: delimited({ separator: "tab" }),
    order: "after the events",
    take: ([track, title, artistId, artistName]) => {
      if (!track) return undefined;
      const artist = artistId || artistName!;
      const facts = { title: title!, artistId: artist, artistName: artistName! };
      return { track: track as TrackId, facts };
    },
  },
  begin:
    () =>
    ([user, track, time, albumId], { row }) => {
      if (!user) return "user_id is empty";
      if (!track) return "track_id is empty";
      const happenedAtMs = isoToMs(time!);
      if (happenedAtMs === undefined) return "timestamp is no date and time";
      const event = listeningEvent({
        eventId: `lfm-2b:${row}` as EventId,
        listener: user as ListenerId,
        track: track as TrackId,
        happenedAtMs,
        kind: "finished",
      });
      return { event, about: { albumId: albumId! } };
    },
};
