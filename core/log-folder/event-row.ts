import {
  type EventId,
  ID_BYTES_MAX,
  type ListenerId,
  type SessionId,
  type TrackId,
} from "../domain/ids.ts";
import {
  CONTEXT_KINDS,
  type ContextKind,
  EVENT_KINDS,
  type EventKind,
  type ListeningEvent,
} from "../domain/listening-event.ts";
import { EVENT_COLUMNS } from "./log-folder.ts";

/** The first line of every event file. */
export const EVENT_HEADER_LINE = EVENT_COLUMNS.join("\t");

/** One line of an event file, without its line end. */
export function encodeEventRow(event: ListeningEvent): string {
  return [
    escapeCell(event.eventId),
    escapeCell(event.listener),
    escapeCell(event.session ?? ""),
    escapeCell(event.track),
    event.happenedAtMs,
    event.kind,
    event.playedMs ?? "",
    event.trackMs ?? "",
    event.contextKind === "unspecified" ? "" : event.contextKind,
    escapeCell(event.contextId),
    event.shuffle ? "1" : "0",
    escapeCell(event.device),
  ].join("\t");
}

/** Throws a plain `Error` that says which cell is wrong; the reader adds file and line. */
export function decodeEventRow(line: string): ListeningEvent {
  const cells = line.split("\t");
  if (cells.length !== EVENT_COLUMNS.length) {
    throw new Error(`${cells.length} cells instead of ${EVENT_COLUMNS.length}`);
  }
  const escaped = line.includes("\\");
  const text = (index: number) => (escaped ? unescapeCell(cells[index]!) : cells[index]!);
  return {
    eventId: id(text(0), "event_id") as EventId,
    listener: id(text(1), "listener") as ListenerId,
    session: cells[2] === "" ? undefined : (id(text(2), "session") as SessionId),
    track: id(text(3), "track") as TrackId,
    happenedAtMs: wholeNumber(cells[4]!, "happened_at_ms"),
    kind: eventKind(cells[5]!),
    playedMs: cells[6] === "" ? undefined : wholeNumber(cells[6]!, "played_ms"),
    trackMs: cells[7] === "" ? undefined : wholeNumber(cells[7]!, "track_ms"),
    contextKind: contextKind(cells[8]!),
    contextId: text(9),
    shuffle: cells[10] === "1",
    device: text(11),
    recommendationId: "",
  };
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n" };

function escapeCell(text: string): string {
  return /[\\\t\n]/.test(text) ? text.replace(/[\\\t\n]/g, (found) => ESCAPES[found]!) : text;
}

function unescapeCell(cell: string): string {
  return cell.replace(/\\(.?)/g, (found, letter) => {
    if (letter === "t") return "\t";
    if (letter === "n") return "\n";
    if (letter === "\\") return "\\";
    throw new Error(`"${found}" is no escape; only \\t, \\n and \\\\ are`);
  });
}

function id(text: string, column: string): string {
  if (text === "") throw new Error(`${column} is empty`);
  // A UTF-16 unit takes at most three bytes, so that most ids need no counting.
  if (text.length * 3 > ID_BYTES_MAX && Buffer.byteLength(text) > ID_BYTES_MAX) {
    throw new Error(`${column} passes ${ID_BYTES_MAX} bytes`);
  }
  return text;
}

function wholeNumber(cell: string, column: string): number {
  const value = Number(cell);
  if (cell === "" || !Number.isSafeInteger(value) || value < 0) {
    throw new Error(`${column} is "${cell}", no whole number of milliseconds`);
  }
  return value;
}

const EVENT_KINDS_BY_NAME = new Map<string, EventKind>(EVENT_KINDS.map((kind) => [kind, kind]));
const CONTEXT_KINDS_BY_NAME = new Map<string, ContextKind>([
  ...CONTEXT_KINDS.map((kind) => [kind, kind] as const),
  ["", "unspecified"],
]);

function eventKind(cell: string): EventKind {
  const kind = EVENT_KINDS_BY_NAME.get(cell);
  if (kind === undefined) throw new Error(`kind is "${cell}", none of ${EVENT_KINDS.join(", ")}`);
  return kind;
}

function contextKind(cell: string): ContextKind {
  const kind = CONTEXT_KINDS_BY_NAME.get(cell);
  if (kind !== undefined) return kind;
  throw new Error(`context_kind is "${cell}", none of ${CONTEXT_KINDS.join(", ")}`);
}
