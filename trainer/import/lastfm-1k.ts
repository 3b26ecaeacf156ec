import type { EventId, ListenerId, TrackId } from "../../core/domain/ids.ts";
import { isoToMs } from "./cells.ts";
import { type LogFormat, listeningEvent } from "./log-format.ts";
import { delimited } from "./read-delimited.ts";

/** The data set was published in May 2010; a later time is a wrong clock. */
const PUBLISHED_AT_MS = Date.UTC(2010, 4, 1);

/** Last.fm-1K (Celma 2010), file `userid-timestamp-artid-artname-traid-traname.tsv`: six columns
 *  without a header, times in ISO 8601 and UTC. A track without a MusicBrainz id is known by its
 *  artist and title. A scrobble is a play past half the track, so every row is a finished play.
 *
 *  Schema: the README at http://ocelma.net/MusicRecommendationDataset/lastfm-1K.html */
export const lastFm1k: LogFormat = {
  name: "lastfm-1k",
  needed: ["userid", "timestamp", "artid", "artname", "traid", "traname"],
  optional: [],
  clock: "real",
  read: delimited({
    separator: "tab",
    columns: ["userid", "timestamp", "artid", "artname", "traid", "traname"],
  }),
  begin:
    () =>
    ([user, time, artistId, artistName, trackId, title], { row }) => {
      if (!user) return "userid is empty";
      const happenedAtMs = isoToMs(time!);
      if (happenedAtMs === undefined) return "timestamp is no ISO 8601 time";
      if (happenedAtMs >= PUBLISHED_AT_MS) return "timestamp is later than the data set itself";
      const track = trackId || (title && `${artistName} / ${title}`);
      if (!track) return "traid and traname are empty";
      const event = listeningEvent({
        eventId: `lastfm-1k:${row}` as EventId,
        listener: user as ListenerId,
        track: track as TrackId,
        happenedAtMs,
        kind: "finished",
      });
      const artist = artistId || artistName!;
      return { event, about: { artistId: artist, artistName: artistName!, title: title! } };
    },
};
