import type { EventId, ListenerId, SessionId, TrackId } from "../../core/domain/ids.ts";
import { unixToMs } from "./cells.ts";
import { type LogFormat, listeningEvent } from "./log-format.ts";
import { delimited } from "./read-delimited.ts";

/** 30Music (Turrin et al., RecSys 2015) flattened to a row a play: `time` is in Unix seconds. A
 *  scrobble is a play past half the track, so every row is a finished play. */
export const thirtyMusic: LogFormat = {
  name: "30music",
  needed: ["user", "session", "track", "time", "artist"],
  optional: [],
  clock: "real",
  read: delimited({ separator: "tab" }),
  begin:
    () =>
    ([user, session, track, time, artist], { row }) => {
      if (!user) return "user is empty";
      if (!session) return "session is empty";
      if (!track) return "track is empty";
      const happenedAtMs = unixToMs(time!, 1000);
      if (happenedAtMs === undefined) return "time is no Unix time in seconds";
      const event = listeningEvent({
        eventId: `30music:${session}:${row}` as EventId,
        listener: user as ListenerId,
        session: session as SessionId,
        track: track as TrackId,
        happenedAtMs,
        kind: "finished",
      });
      return { event, about: { artistId: artist! } };
    },
};
