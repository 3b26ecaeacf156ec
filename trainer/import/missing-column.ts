/** Says that a file lacks a column, and which ones it has. */
export function missingColumn(column: string, names: readonly string[]): string {
  return `there is no column "${column}"; the columns are ${names.join(", ")}`;
}
