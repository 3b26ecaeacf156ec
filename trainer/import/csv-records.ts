/** How many lines one record may span. A quote that nothing closes would else swallow the file. */
export const RECORD_LINES_MAX = 100;

export interface CsvRecord {
  /** Undefined where a quote is opened and never closed. */
  readonly cells: readonly string[] | undefined;
  /** The record's first line, counted from 1. */
  readonly line: number;
}

/** Takes records apart as RFC 4180 has it: cells may stand in quotes, and then hold separators,
 *  doubled quotes and line ends. A quote inside a cell that does not begin with one is a letter
 *  like any other. Empty lines are no records. */
export function csvRecords(separator: string) {
  let line = 0;
  let held: string[] = [];

  function add(text: string): CsvRecord[] {
    line += 1;
    if (held.length === 0 && isEmpty(text)) return [];
    held.push(text);
    const cells = splitRecord(held.length === 1 ? text : held.join("\n"), separator);
    if (cells !== undefined) {
      const record = { cells, line: line - held.length + 1 };
      held = [];
      return [record];
    }
    return held.length < RECORD_LINES_MAX ? [] : giveUpFirst();
  }

  /** Counts the line that opened the quote as broken, and reads the lines after it anew. */
  function giveUpFirst(): CsvRecord[] {
    const [, ...rest] = held;
    line -= held.length - 1;
    const records: CsvRecord[] = [{ cells: undefined, line }];
    held = [];
    for (const text of rest) records.push(...add(text));
    return records;
  }

  function end(): CsvRecord[] {
    const records: CsvRecord[] = [];
    while (held.length > 0) records.push(...giveUpFirst());
    return records;
  }

  return { add, end };
}

function isEmpty(line: string): boolean {
  return line === "" || line === "\r";
}

/** Undefined where the text ends inside quotes. */
function splitRecord(record: string, separator: string): string[] | undefined {
  const text = record.endsWith("\r") ? record.slice(0, -1) : record;
  if (!text.includes('"')) return text.split(separator);
  const cells: string[] = [];
  let start = 0;
  while (true) {
    const cell = text[start] === '"' ? quotedCell(text, start) : { head: "", end: start };
    if (cell === undefined) return undefined;
    const end = text.indexOf(separator, cell.end);
    cells.push(cell.head + text.slice(cell.end, end === -1 ? undefined : end));
    if (end === -1) return cells;
    start = end + separator.length;
  }
}

/** What stands between the quote at `start` and the one that closes it, and where that ends. */
function quotedCell(text: string, start: number): { head: string; end: number } | undefined {
  let head = "";
  let from = start + 1;
  while (true) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return undefined;
    head += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { head, end: quote + 1 };
    head += '"';
    from = quote + 2;
  }
}
