import type { TrackIndex } from "../../../core/domain/ids.ts";
import type { CatalogueColumns } from "../columns.ts";
import type { Dictionary } from "../dictionary.ts";
import type { ListColumn } from "../list-column.ts";
import { compareAmounts } from "./compare.ts";
import {
  type Amount,
  type Expression,
  fillFrom,
  fixed,
  type Text,
  type TextList,
  type Truth,
} from "./expression.ts";
import { lengthOf } from "./lists.ts";
import type { TrackField } from "./parse-filter.ts";

/** What `track.field` says of each row of the columns. */
export function trackField(columns: CatalogueColumns, field: TrackField): Expression {
  switch (field) {
    case "id":
      return text((row) => columns.idOf(row as TrackIndex) ?? "");
    case "title":
      return text((row) => columns.titles[row] ?? "");
    case "album":
      return text((row) => columns.albumIds.texts[columns.albums[row]! - 1] ?? "");
    case "album_title":
      return text((row) => columns.albumTitles[columns.albums[row]! - 1] ?? "");
    case "artists":
      return list(columns.artists, columns.artistIds.texts);
    case "artist_names":
      return uncoded(list(columns.artists, columns.artistNames));
    case "genres":
      return list(columns.genres, columns.genreNames.texts);
    case "markets":
      return list(columns.markets, columns.marketCodes.texts);
    case "explicit":
      return flag(columns.explicit);
    case "duration_ms":
      return amount(columns.durationMs);
    case "release_year":
      return amount(columns.releaseYear);
    default:
      return amount(columns[field]);
  }
}

/** `has(track.field)`: whether the catalogue knows it. */
export function isKnown(field: Expression): Truth {
  switch (field.type) {
    case "bool":
      return field;
    case "number":
      return compareAmounts(">=", field, fixed(Number.NEGATIVE_INFINITY));
    case "string":
      return { type: "bool", ...OF_TRACK, at: (row) => field.at(row) !== "" };
    case "list":
      return compareAmounts(">", lengthOf(field), fixed(0));
  }
}

const OF_TRACK = { isFixed: false, cost: 1 } as const;

function text(at: (row: number) => string): Text {
  return { type: "string", ...OF_TRACK, at };
}

function flag(column: Uint8Array): Truth {
  return {
    type: "bool",
    ...OF_TRACK,
    at: (row) => column[row] === 1,
    fill: fillFrom(column, { low: 1, high: 1 }),
  };
}

function amount(column: Float64Array | Float32Array): Amount {
  return { type: "number", ...OF_TRACK, column, at: (row) => column[row] ?? Number.NaN };
}

/** A text of the list may change, so that it is judged track by track. */
function uncoded({ coded: _, ...list }: TextList): TextList {
  return list;
}

function list(column: ListColumn, texts: Dictionary["texts"]): TextList {
  const code = (row: number, at: number) => column.codes()[column.start(row) + at]!;
  return {
    type: "list",
    ...OF_TRACK,
    coded: { texts, column },
    length: (row) => column.length(row) ?? 0,
    item: (row, at) => texts[code(row, at)]!,
  };
}
