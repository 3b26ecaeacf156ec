import type { EventId, ListenerId, SessionId, TrackId } from "../../core/domain/ids.ts";
import { EVENT_KINDS, type EventKind } from "../../core/domain/listening-event.ts";
import { count, flag, isoToMs, lengthToMs, unixToMs } from "./cells.ts";
import { type ColumnMap, MAP_FIELDS, type MapField, TIME_FIELDS } from "./column-map.ts";
import { type LogFormat, listeningEvent, type TakeRow } from "./log-format.ts";
import type { RowReader } from "./row-source.ts";
import { NUMBERED_FROM_MS } from "./sessions-tsv.ts";

/** A play of less than this part of its track counts as a skip, where no column says. */
export const SKIPPED_BELOW_PERCENT = 50;
const MINUTE_MS = 60_000;

/** Files of anyone's making, whose columns a map names. Without a mapped time the rows are in order
 *  and numbered a minute apart; without a mapped listener each session is one of its own. The kind
 *  comes from `kind`, else from `skipped`, else from the played part of the track, else each row is
 *  a finished play. */
export function mappedColumns(name: string, read: RowReader, map: ColumnMap): LogFormat {
  const fields = MAP_FIELDS.filter((field) => map.has(field));
  return {
    name,
    needed: [...new Set(fields.map((field) => map.get(field)!))],
    optional: [],
    clock: TIME_FIELDS.some((field) => map.has(field)) ? "real" : "numbered",
    read,
    begin: () => takeRows(name, map),
  };
}

function takeRows(name: string, map: ColumnMap): TakeRow {
  const columns = [...new Set(MAP_FIELDS.flatMap((field) => map.get(field) ?? []))];
  const places = new Map([...map].map(([field, column]) => [field, columns.indexOf(column)]));
  return (cells, { row }) => {
    const of: CellOf = (field) => {
      const place = places.get(field);
      return place === undefined ? "" : cells[place]!;
    };
    const session = of("session");
    const listener = map.has("listener") ? of("listener") : session && `s${session}`;
    if (!listener) return map.has("listener") ? "listener is empty" : "session is empty";
    if (!of("track")) return "track is empty";
    const happenedAtMs = timeOf(of, map) ?? NUMBERED_FROM_MS + (row - 1) * MINUTE_MS;
    if (Number.isNaN(happenedAtMs)) return "time is of another unit or no time";
    const trackMs = lengthToMs(of("track_ms"), 1) ?? lengthToMs(of("track_s"), 1000);
    const percent = count(of("played_pct"));
    const playedMs = playedMsOf(of, { trackMs, percent });
    const kind = kindOf(of, percent ?? shareOf({ playedMs, trackMs }));
    if (kind === undefined) return "kind is none that is known";
    const event = listeningEvent({
      eventId: `${name}:${row}` as EventId,
      listener: listener as ListenerId,
      session: session === "" ? undefined : (session as SessionId),
      track: of("track") as TrackId,
      happenedAtMs,
      kind,
      playedMs,
      trackMs,
      shuffle: flag(of("shuffle")) === true,
      device: of("device"),
    });
    const artist = { artistId: of("artist") || of("artist_name"), artistName: of("artist_name") };
    const album = { albumId: of("album"), albumTitle: of("album") };
    return { event, about: { ...artist, ...album, title: of("title"), trackMs } };
  };
}

type CellOf = (field: MapField) => string;

/** NaN for a time that cannot be read, undefined where none is mapped. */
function timeOf(of: CellOf, map: ColumnMap): number | undefined {
  if (map.has("time")) return isoToMs(of("time")) ?? Number.NaN;
  if (map.has("time_s")) return unixToMs(of("time_s"), 1000) ?? Number.NaN;
  if (map.has("time_ms")) return unixToMs(of("time_ms"), 1) ?? Number.NaN;
  if (map.has("time_us")) return unixToMs(of("time_us"), 0.001) ?? Number.NaN;
  return undefined;
}

function playedMsOf(
  of: CellOf,
  known: { trackMs: number | undefined; percent: number | undefined },
): number | undefined {
  const played = lengthToMs(of("played_ms"), 1) ?? lengthToMs(of("played_s"), 1000);
  if (played !== undefined) return played;
  if (known.trackMs === undefined || known.percent === undefined) return undefined;
  return Math.round((known.trackMs * known.percent) / 100);
}

function shareOf(play: { playedMs: number | undefined; trackMs: number | undefined }) {
  if (play.playedMs === undefined || !play.trackMs) return undefined;
  return (100 * play.playedMs) / play.trackMs;
}

/** Undefined for a word that is not known. */
function kindOf(of: CellOf, playedPercent: number | undefined): EventKind | undefined {
  const word = of("kind").toLowerCase();
  if (word !== "") return KINDS.get(word);
  const skipped = flag(of("skipped"));
  if (skipped !== undefined) return skipped ? "skipped" : "finished";
  if (playedPercent === undefined) return "finished";
  return playedPercent < SKIPPED_BELOW_PERCENT ? "skipped" : "finished";
}

/** Segue's own names, and the words that logs commonly use. */
const KINDS = new Map<string, EventKind>([
  ...EVENT_KINDS.map((kind) => [kind, kind] as const),
  ["start", "started"],
  ["play", "finished"],
  ["listen", "finished"],
  ["scrobble", "finished"],
  ["complete", "finished"],
  ["completed", "finished"],
  ["skip", "skipped"],
  ["like", "liked"],
  ["love", "liked"],
  ["loved", "liked"],
  ["dislike", "disliked"],
  ["ban", "disliked"],
  ["queue", "queued"],
]);
