/** A column of a table in the terminal. */
export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
  /** The widest that the column gets, in characters; longer cells are cut with an ellipsis. */
  readonly widthMax?: number;
  /** Left out where no row has anything in it. */
  readonly optional?: boolean;
}

/** Draws rows of text under their columns' titles, with two spaces between columns. */
export function drawTable(
  allColumns: readonly Column[],
  allRows: readonly (readonly string[])[],
): string {
  const shown = allColumns.map(({ optional }, index) => {
    return !optional || allRows.some((row) => (row[index] ?? "") !== "");
  });
  const columns = allColumns.filter((_, index) => shown[index]);
  const rows = allRows.map((row) => row.filter((_, index) => shown[index]));
  const cut = rows.map((row) => columns.map((column, index) => cutCell(column, row[index] ?? "")));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cut.map((row) => row[index]!.length)),
  );
  const draw = (cells: readonly string[]): string =>
    columns
      .map(({ right }, index) =>
        right ? cells[index]!.padStart(widths[index]!) : cells[index]!.padEnd(widths[index]!),
      )
      .join("  ")
      .trimEnd();
  const titles = draw(columns.map(({ title }) => title));
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return `${[titles, rule, ...cut.map(draw)].join("\n")}\n`;
}

function cutCell({ widthMax }: Column, cell: string): string {
  if (widthMax === undefined || cell.length <= widthMax) return cell;
  return `${cell.slice(0, widthMax - 1)}…`;
}

/** A share of 0…1 as people read it. */
export function percent(share: number | undefined): string {
  return `${Math.round((share ?? 0) * 100)}%`;
}
