import type { TestEvent } from "node:test/reporters";
import type { Fault, FaultRow, RowTest } from "./fault-list.ts";

export type Outcome = "held" | "in part" | "broken" | "not run" | "not tested yet";

export interface RowResult extends Fault {
  readonly outcome: Outcome;
  /** What the tests counted, how many there were, or what is owed. */
  readonly figure: string;
  readonly tests: readonly RowTest[];
}

/** How a test ended, and what it said that it had counted. */
export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly ended: "passed" | "failed" | "skipped";
  readonly figures: readonly string[];
  /** Why it failed. */
  readonly error?: string;
}

/** A test states a figure by a diagnostic that begins with this. */
export const FIGURE = "figure: ";

/** The results in one file's events. A diagnostic follows the end of the test that made it. */
export function resultsOf(file: string, events: readonly TestEvent[]): TestResult[] {
  const results: (TestResult & { figures: string[] })[] = [];
  for (const event of events) {
    if (event.type === "test:diagnostic" && event.data.message.startsWith(FIGURE)) {
      results.at(-1)?.figures.push(event.data.message.slice(FIGURE.length));
    }
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { name, skip } = event.data;
    const passed = event.type === "test:pass" ? "passed" : "failed";
    const ended = skip === undefined || skip === false ? passed : "skipped";
    const failed = event.type === "test:fail" ? { error: String(event.data.details.error) } : {};
    results.push({ file, name, ended, figures: [], ...failed });
  }
  return results;
}

/** One result for every fault, whether it has tests or not. A test that did not run at all, as
 *  where its file broke, counts as failed unless its file was skipped. */
export function rowResults(
  faults: readonly Fault[],
  rows: readonly FaultRow[],
  results: readonly TestResult[],
): RowResult[] {
  return faults.map((fault) => {
    const row = rows.find((one) => one.row === fault.row);
    if (row === undefined) return { ...fault, outcome: "not tested yet", figure: "", tests: [] };
    const found = row.tests.map((test) => resultFor(test, results));
    const outcome = outcomeOf(row, found);
    const figures = found.flatMap((result) => result?.figures ?? []);
    const counted = figures.length > 0 ? figures.join("; ") : `${row.tests.length} tests`;
    const figure = outcome === "in part" ? `owed: ${row.owed}` : counted;
    return { ...fault, outcome, figure, tests: row.tests };
  });
}

function resultFor(
  { file, name }: RowTest,
  results: readonly TestResult[],
): TestResult | undefined {
  const ofFile = results.filter((result) => result.file === file);
  const exact = ofFile.find((result) => result.name === name);
  return exact ?? ofFile.find(({ ended }) => ended === "skipped");
}

function outcomeOf(row: FaultRow, found: readonly (TestResult | undefined)[]): Outcome {
  if (found.some((result) => result === undefined || result.ended === "failed")) return "broken";
  if (found.some((result) => result?.ended === "skipped")) return "not run";
  return row.owed === undefined ? "held" : "in part";
}
