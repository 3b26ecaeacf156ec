import type { EventId, ListenerId, SessionId, TrackId } from "../../core/domain/ids.ts";
import { type LogFormat, listeningEvent } from "./log-format.ts";
import { delimited } from "./read-delimited.ts";

/** The minute of the first row; every row after it is a minute later. */
export const NUMBERED_FROM_MS = Date.UTC(2000, 0, 1);
const MINUTE_MS = 60_000;

/** Sessions alone, as research sets publish them (#nowplaying, Diginetica, …): `session` and
 *  `track`, rows in order. It knows no listeners and no clock: each session is a listener of its
 *  own, and the rows are numbered a minute apart, so that order in time is order in the file. */
export const sessionsTsv: LogFormat = {
  name: "sessions-tsv",
  needed: ["session", "track"],
  optional: [],
  clock: "numbered",
  read: delimited({ separator: "tab" }),
  begin:
    () =>
    ([session, track], { row }) => {
      if (!session) return "session is empty";
      if (!track) return "track is empty";
      const event = listeningEvent({
        eventId: `sessions-tsv:${session}:${row}` as EventId,
        listener: `s${session}` as ListenerId,
        session: session as SessionId,
        track: track as TrackId,
        happenedAtMs: NUMBERED_FROM_MS + (row - 1) * MINUTE_MS,
        kind: "finished",
      });
      return { event };
    },
};
