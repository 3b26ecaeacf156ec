import type { EventId, ListenerId, SessionId, TrackId } from "../../core/domain/ids.ts";
import type { ContextKind } from "../../core/domain/listening-event.ts";
import { flag, isoToMs, lengthToMs } from "./cells.ts";
import { type KnownTracks, type LogFormat, listeningEvent, type TakeRow } from "./log-format.ts";
import { delimited } from "./read-delimited.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Spotify's Music Streaming Sessions Dataset (Brost, Mehrotra and Jehan, WWW 2019), the session
 *  logs. It knows no listeners: each session is one of its own. It knows date and hour: plays are
 *  put a minute apart within their hour, in the order of their positions.
 *
 *  `skip_2` ("only played briefly"), the skip of the data set's own challenge, is a skip; a track
 *  that was mostly or wholly played is a finished play. How long it was heard is known only for a
 *  whole play, and only with the track features, whose `duration` is in seconds.
 *
 *  Schema: https://arxiv.org/abs/1901.09851 and the "Dataset Description" that comes with it. */
export const spotifySessions: LogFormat = {
  name: "spotify-sessions",
  needed: [
    "session_id",
    "session_position",
    "track_id_clean",
    "skip_2",
    "not_skipped",
    "hour_of_day",
    "date",
  ],
  optional: ["context_type", "hist_user_behavior_is_shuffle"],
  clock: "real",
  read: delimited({ separator: "comma" }),
  tracks: {
    needed: ["track_id", "duration"],
    optional: [],
    read: delimited({ separator: "comma" }),
    order: "before the events",
    take: ([track, seconds]) =>
      track
        ? { track: track as TrackId, facts: { trackMs: lengthToMs(seconds!, 1000) } }
        : undefined,
  },
  begin: (known) => takeRows(known),
};

function takeRows(known: KnownTracks): TakeRow {
  const clock = sessionClock();
  return ([session, position, track, skipped, whole, hour, date, context, shuffle], { row }) => {
    if (!session) return "session_id is empty";
    if (!track) return "track_id_clean is empty";
    const place = Number(position);
    if (!Number.isInteger(place) || place < 1 || place > 59) return "session_position is no place";
    const hourAtMs = isoToMs(`${date} ${hour!.padStart(2, "0")}:00`);
    if (hourAtMs === undefined) return "date and hour_of_day are no time";
    const isSkip = flag(skipped!);
    const isWhole = flag(whole!);
    if (isSkip === undefined || isWhole === undefined) return "a skip flag is no boolean";
    const trackMs = known.trackMs(track as TrackId);
    const event = listeningEvent({
      eventId: `spotify-sessions:${row}` as EventId,
      listener: session as ListenerId,
      session: session as SessionId,
      track: track as TrackId,
      happenedAtMs: clock(session, hourAtMs + (place - 1) * MINUTE_MS),
      kind: isSkip ? "skipped" : "finished",
      playedMs: isWhole ? trackMs : undefined,
      trackMs,
      contextKind: CONTEXTS.get(context!) ?? "unspecified",
      shuffle: flag(shuffle!) === true,
    });
    return { event };
  };
}

/** The date of a session that runs past midnight need not turn with its hour; a time that falls
 *  behind its session's last one is put a day later. */
function sessionClock() {
  let session = "";
  let lastAtMs = 0;
  return (of: string, atMs: number): number => {
    const behind = of === session && atMs < lastAtMs && lastAtMs - atMs > DAY_MS / 2;
    session = of;
    lastAtMs = behind ? atMs + DAY_MS : atMs;
    return lastAtMs;
  };
}

/** `catalog` covers albums, artists and search alike, so it says nothing. */
const CONTEXTS = new Map<string, ContextKind>([
  ["editorial_playlist", "playlist"],
  ["personalized_playlist", "recommendation"],
  ["user_collection", "library"],
  ["radio", "radio"],
  ["charts", "chart"],
  ["catalog", "unspecified"],
]);
