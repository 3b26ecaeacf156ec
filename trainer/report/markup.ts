/** Text as HTML or SVG shows it. */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** An element of SVG or HTML around ready markup; numbers are rounded to tenths, as pixels are. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content = "",
): string {
  const told = Object.entries(attributes).map(([key, value]) => {
    const text = typeof value === "number" ? String(Math.round(value * 10) / 10) : escaped(value);
    return ` ${key}="${text}"`;
  });
  return `<${name}${told.join("")}>${content}</${name}>`;
}

export interface TableColumn {
  readonly title: string;
  /** What the column means, on its title. */
  readonly help?: string;
  readonly isNumber?: boolean;
}

export interface TableRow {
  /** Ready HTML. */
  readonly cells: readonly string[];
  readonly emphasis?: boolean;
}

/** A table in a box that scrolls by itself where it is too wide. `bodies` are divided by a line. */
export function htmlTable(
  columns: readonly TableColumn[],
  bodies: readonly (readonly TableRow[])[],
): string {
  const kind = (at: number) => (columns[at]!.isNumber ? ' class="number"' : "");
  const titles = columns.map(({ title, help }, at) => {
    const told = help === undefined ? "" : ` title="${escaped(help)}"`;
    return `<th scope="col"${kind(at)}${told}>${escaped(title)}</th>`;
  });
  const row = ({ cells, emphasis }: TableRow) => {
    const drawn = cells.map((cell, at) => `<td${kind(at)}>${cell}</td>`).join("");
    return `<tr${emphasis ? ' class="subject"' : ""}>${drawn}</tr>`;
  };
  const drawn = bodies
    .filter((rows) => rows.length > 0)
    .map((rows) => `<tbody>${rows.map(row).join("\n")}</tbody>`);
  const head = `<thead><tr>${titles.join("")}</tr></thead>`;
  return `<div class="scroll"><table>${head}${drawn.join("\n")}</table></div>`;
}
