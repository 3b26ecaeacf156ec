/** A value of JSON or Parquet as the text of a cell: "" for nothing, ISO 8601 for a time. Undefined
 *  for a value that no cell can hold: a list or an object. */
export function cellText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return String(value);
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString();
  return undefined;
}
