/** One row of docs/faults.md's table. */
export interface Fault {
  readonly row: number;
  readonly fault: string;
}

/** What holds one row of docs/faults.md. */
export interface FaultRow {
  readonly row: number;
  readonly tests: readonly RowTest[];
  /** What the row promises and these tests do not show; such a row is held in part. */
  readonly owed?: string;
}

export interface RowTest {
  /** From the repository's root. */
  readonly file: string;
  readonly name: string;
}

export const FAULTS = 47;

/** The rows of the table in docs/faults.md, in its order. */
export function readFaults(document: string): Fault[] {
  return [...document.matchAll(/^\| (\d+) \| ([^|]+) \| [^|]+ \|$/gm)].map((match) => ({
    row: Number(match[1]),
    fault: match[2]!.trim(),
  }));
}
