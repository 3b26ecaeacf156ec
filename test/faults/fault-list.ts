/** One row of docs/faults.md's table. */
export interface Fault {
  readonly row: number;
  readonly fault: string;
}

export const FAULTS = 47;

/** The rows of the table in docs/faults.md, in its order. */
export function readFaults(document: string): Fault[] {
  return [...document.matchAll(/^\| (\d+) \| ([^|]+) \| [^|]+ \|$/gm)].map((match) => ({
    row: Number(match[1]),
    fault: match[2]!.trim(),
  }));
}
