import { Failure } from "../../core/domain/failure.ts";

/** What `--map` can name, in the order in which the columns are asked for. Units are part of the
 *  name; `time` alone is ISO 8601. */
export const MAP_FIELDS = [
  "listener",
  "track",
  "session",
  "time",
  "time_s",
  "time_ms",
  "time_us",
  "kind",
  "skipped",
  "played_s",
  "played_ms",
  "played_pct",
  "track_s",
  "track_ms",
  "artist",
  "artist_name",
  "title",
  "album",
  "shuffle",
  "device",
] as const;
export type MapField = (typeof MAP_FIELDS)[number];
export type ColumnMap = ReadonlyMap<MapField, string>;

export const TIME_FIELDS = ["time", "time_s", "time_ms", "time_us"] as const;

/** Reads `listener=user_id,track=song,time_s=ts`. Throws `bad_configuration` where a field is
 *  unknown or there twice, where `track` is not mapped, neither `listener` nor `session` is, or
 *  more than one time is. */
export function parseColumnMap(text: string): ColumnMap {
  const map = new Map<MapField, string>();
  for (const pair of text.split(",")) {
    const [field, ...column] = pair.split("=");
    if (!isMapField(field)) throw badMap(`no field "${field}"; there are ${MAP_FIELDS.join(", ")}`);
    if (column.join("=") === "") throw badMap(`${field} names no column`);
    if (map.has(field)) throw badMap(`${field} stands twice`);
    map.set(field, column.join("="));
  }
  if (!map.has("track")) throw badMap("track is not mapped");
  if (!map.has("listener") && !map.has("session")) throw badMap("neither listener nor session is");
  const times = TIME_FIELDS.filter((field) => map.has(field));
  if (times.length > 1) throw badMap(`only one of ${times.join(" and ")} can be mapped`);
  return map;
}

function isMapField(field: string | undefined): field is MapField {
  return MAP_FIELDS.some((known) => known === field);
}

function badMap(reason: string): Failure {
  return new Failure("bad_configuration", `--map: ${reason}`, { field: "--map" });
}
