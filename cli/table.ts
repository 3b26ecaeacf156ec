/** A column of a table in the terminal. */
export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
  /** The widest that the column gets, in characters; longer cells are cut with an ellipsis. */
  readonly widthMax?: number;
}

/** Draws rows of text under their columns' titles, with two spaces between columns. */
export function drawTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
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
