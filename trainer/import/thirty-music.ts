import type { EventId, ListenerId, SessionId, TrackId } from "../../core/domain/ids.ts";
import { finishedPlay, type LogFormat } from "./log-format.ts";

/** 2100-01-01, in seconds: a later time is milliseconds by mistake, or broken. */
const TIME_SECONDS_MAX = 4_102_444_800;

/** 30Music (Turrin et al., RecSys 2015) flattened to a row a play: `time` is in Unix seconds. A
 *  scrobble is a play past half the track, so every row is a finished play. */
export const thirtyMusic: LogFormat = {
  name: "30music",
  columns: ["user", "session", "track", "time", "artist"],
  clock: "real",
  take([user, session, track, time, artist], row) {
    if (!user) return "user is empty";
    if (!session) return "session is empty";
    if (!track) return "track is empty";
    const seconds = Number(time);
    if (!time || !Number.isInteger(seconds) || seconds < 0 || seconds >= TIME_SECONDS_MAX) {
      return "time is no Unix time in seconds";
    }
    const event = finishedPlay({
      eventId: `30music:${session}:${row}` as EventId,
      listener: user as ListenerId,
      session: session as SessionId,
      track: track as TrackId,
      happenedAtMs: seconds * 1000,
    });
    return { event, artist: artist ?? "" };
  },
};
