import type { EventId, ListenerId, TrackId } from "../../core/domain/ids.ts";
import type { EventKind } from "../../core/domain/listening-event.ts";
import { count, lengthToMs } from "./cells.ts";
import { type LogFormat, listeningEvent, type TakeRow } from "./log-format.ts";
import { parquetRows } from "./read-parquet.ts";

/** Where Yambda's clock, which starts nowhere in particular, is put. */
export const YAMBDA_FROM_MS = Date.UTC(2000, 0, 1);
/** From this part of its length on a track counts as listened to, as the data set's card has it. */
export const LISTENED_FROM_PERCENT = 50;
const TIME_SECONDS_MAX = 10 * 366 * 24 * 60 * 60;

/** Yambda (Yandex 2025), Parquet files of the `flat` layout: `listens`, `likes`, `dislikes`,
 *  `unlikes`, `undislikes`, or `multi_event` with all of them. Times are seconds from an unknown
 *  start, in steps of five. A listen of half the track or more is a finished play, of less a skip;
 *  more than 100% is a track wound back. What takes a like or dislike back is passed over. Events
 *  that a recommendation brought (`is_organic` 0) have the context `recommendation`.
 *
 *  Schema: the card at https://huggingface.co/datasets/yandex/yambda. */
export const yambda: LogFormat = {
  name: "yambda",
  needed: ["uid", "timestamp", "item_id"],
  optional: ["is_organic", "played_ratio_pct", "track_length_seconds", "event_type"],
  clock: "real",
  read: parquetRows,
  tracks: {
    needed: ["item_id", "artist_id"],
    optional: [],
    read: parquetRows,
    order: "after the events",
    take: ([track, artistId]) =>
      track ? { track: track as TrackId, facts: { artistId: artistId! } } : undefined,
  },
  begin: () => takeRow,
};

const takeRow: TakeRow = (cells, { row, file }) => {
  const [listener, time, track, organic, percent, seconds, type] = cells;
  if (!listener) return "uid is empty";
  if (!track) return "item_id is empty";
  const atSeconds = count(time!);
  if (atSeconds === undefined || atSeconds >= TIME_SECONDS_MAX) {
    return "timestamp is no count of seconds";
  }
  const meaning = MEANINGS.get(type || typeOfFile(file));
  if (meaning === undefined) return "neither event_type nor the file's name says what happened";
  if (meaning === "taken back") return { passed: "a like or dislike was taken back" };
  const played = meaning === "listen" ? playOf(percent!, seconds!) : { kind: meaning };
  if (played === undefined) return "played_ratio_pct is no share";
  const event = listeningEvent({
    eventId: `yambda:${row}` as EventId,
    listener: listener as ListenerId,
    track: track as TrackId,
    happenedAtMs: YAMBDA_FROM_MS + atSeconds * 1000,
    contextKind: organic === "0" || organic === "false" ? "recommendation" : "unspecified",
    ...played,
  });
  return { event };
};

type Meaning = EventKind | "listen" | "taken back";

/** By `event_type`, and by the names of the files that lack it. */
const MEANINGS = new Map<string, Meaning>([
  ["listen", "listen"],
  ["listens", "listen"],
  ["like", "liked"],
  ["likes", "liked"],
  ["dislike", "disliked"],
  ["dislikes", "disliked"],
  ["unlike", "taken back"],
  ["unlikes", "taken back"],
  ["undislike", "taken back"],
  ["undislikes", "taken back"],
]);

function typeOfFile(file: string): string {
  return /([a-z]+)[^/\\a-z]*\.parquet$/i.exec(file)?.[1]?.toLowerCase() ?? "";
}

function playOf(percent: string, seconds: string) {
  const share = count(percent);
  if (share === undefined) return undefined;
  const kind: EventKind = share >= LISTENED_FROM_PERCENT ? "finished" : "skipped";
  const trackMs = lengthToMs(seconds, 1000);
  const playedMs = trackMs === undefined ? undefined : Math.round((trackMs * share) / 100);
  return { kind, trackMs, playedMs };
}
