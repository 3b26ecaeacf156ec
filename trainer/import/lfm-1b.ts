import type { EventId, ListenerId, TrackId } from "../../core/domain/ids.ts";
import { unixToMs } from "./cells.ts";
import { type LogFormat, listeningEvent } from "./log-format.ts";
import { delimited } from "./read-delimited.ts";

/** LFM-1b (Schedl, ICMR 2016), file `LFM-1b_LEs.txt`: user, artist, album, track and Unix seconds,
 *  tab-separated without a header. A scrobble is a play past half the track, so every row is a
 *  finished play. `LFM-1b_tracks.txt` (track, title, artist) gives titles.
 *
 *  Schema: table 1 of https://doi.org/10.1007/s13735-017-0118-y, "a quintuple specified by user,
 *  artist, album, track, and timestamp". */
export const lfm1b: LogFormat = {
  name: "lfm-1b",
  needed: ["user-id", "artist-id", "album-id", "track-id", "timestamp"],
  optional: [],
  clock: "real",
  read: delimited({
    separator: "tab",
    columns: ["user-id", "artist-id", "album-id", "track-id", "timestamp"],
  }),
  tracks: {
    needed: ["track-id", "track-name", "artist-id"],
    optional: [],
    read: delimited({ separator: "tab", columns: ["track-id", "track-name", "artist-id"] }),
    order: "after the events",
    take: ([track, title, artistId]) =>
      track
        ? { track: track as TrackId, facts: { title: title!, artistId: artistId! } }
        : undefined,
  },
  begin:
    () =>
    ([user, artistId, albumId, track, time], { row }) => {
      if (!user) return "user-id is empty";
      if (!track) return "track-id is empty";
      const happenedAtMs = unixToMs(time!, 1000);
      if (happenedAtMs === undefined) return "timestamp is no Unix time in seconds";
      const event = listeningEvent({
        eventId: `lfm-1b:${row}` as EventId,
        listener: user as ListenerId,
        track: track as TrackId,
        happenedAtMs,
        kind: "finished",
      });
      return { event, about: { artistId: artistId!, albumId: albumId! } };
    },
};
