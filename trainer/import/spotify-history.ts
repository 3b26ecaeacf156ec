import type { EventId, ListenerId, TrackId } from "../../core/domain/ids.ts";
import { flag, isoToMs, lengthToMs } from "./cells.ts";
import { type LogFormat, listeningEvent, type TakeRow } from "./log-format.ts";
import { jsonArrays } from "./read-json-rows.ts";

/** Who listens, in exports that name no one. */
const OWNER = "me";
/** A shorter play that did not reach the track's end is taken as a skip, where the export does not
 *  say; Spotify itself counts a stream from here on. */
export const STREAM_FROM_MS = 30_000;

/** A person's own "extended streaming history" as Spotify exports it, files
 *  `Streaming_History_Audio_*.json` (formerly `endsong_*.json`): a JSON array, `ts` the UTC time at
 *  which the stream ended. Podcasts, audiobooks and private sessions are passed over; addresses and
 *  countries are not read.
 *
 *  Schema: https://support.spotify.com/us/article/understanding-my-data/ (extended streaming
 *  history), and the ReadMeFirst file of each export. */
export const spotifyHistory: LogFormat = {
  name: "spotify-history",
  needed: [],
  optional: [
    "ts",
    "ms_played",
    "spotify_track_uri",
    "master_metadata_track_name",
    "master_metadata_album_artist_name",
    "master_metadata_album_album_name",
    "reason_end",
    "skipped",
    "shuffle",
    "incognito_mode",
    "platform",
    "username",
  ],
  clock: "real",
  read: jsonArrays,
  begin: () => takeRow,
};

const takeRow: TakeRow = (cells, { row }) => {
  const [ts, played, uri, title, artist, album, end, skipped] = cells;
  const [shuffle, incognito, platform, username] = cells.slice(8);
  const happenedAtMs = isoToMs(ts!);
  if (happenedAtMs === undefined) return "ts is no ISO 8601 time";
  if (!uri) return { passed: "no track: a podcast, an audiobook or a local file" };
  const playedMs = lengthToMs(played!, 1);
  if (playedMs === undefined) return "ms_played is no count of milliseconds";
  if (flag(incognito!) === true) return { passed: "a private session" };
  const event = listeningEvent({
    eventId: `spotify-history:${row}` as EventId,
    listener: (username || OWNER) as ListenerId,
    track: uri as TrackId,
    happenedAtMs,
    kind: isSkip({ end: end!, skipped: flag(skipped!), playedMs }) ? "skipped" : "finished",
    playedMs,
    shuffle: flag(shuffle!) === true,
    device: deviceOf(platform!),
  });
  const about = { artistId: artist!, artistName: artist!, title: title!, albumTitle: album! };
  return { event, about: { ...about, albumId: album ? `${artist} / ${album}` : "" } };
};

/** `trackdone` is the end of the track and `fwdbtn` the skip button; older exports leave `skipped`
 *  empty, and other ends (`endplay`, `logout`, …) say nothing of the track. */
function isSkip(stream: { end: string; skipped: boolean | undefined; playedMs: number }): boolean {
  if (stream.end === "trackdone") return false;
  if (stream.end === "fwdbtn" || stream.skipped === true) return true;
  return stream.playedMs < STREAM_FROM_MS;
}

const DEVICES: readonly (readonly [RegExp, string])[] = [
  [/cast|sonos|speaker|alexa|google home|hardware/i, "speaker"],
  [/web_?player/i, "web"],
  [/ios|android/i, "phone"],
  [/windows|os ?x|macos|linux/i, "desktop"],
];

/** The kind of device alone: `platform` may hold the serial name of a person's own. */
function deviceOf(platform: string): string {
  return DEVICES.find(([pattern]) => pattern.test(platform))?.[1] ?? "";
}
