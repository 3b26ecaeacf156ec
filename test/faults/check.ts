import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runFiles, type TestFile } from "../run-files.ts";
import { readOptions } from "../support/read-options.ts";
import { FAULTS, readFaults } from "./fault-list.ts";
import { FAULT_ROWS } from "./fault-rows.ts";
import { type RowResult, resultsOf, rowResults, type TestResult } from "./row-results.ts";

const ROOT = join(import.meta.dirname, "../..");
const HELP = `npm run check:faults

Runs every test that holds a row of docs/faults.md, and prints each row with what became of it.
The last line counts the rows that are held whole; the command fails where one is broken.`;

/** Runs every test that holds a row, and prints each row with what became of it. */
async function check(): Promise<readonly RowResult[]> {
  const results: TestResult[] = [];
  await runFiles(filesToRun(), ({ path }, events) => {
    const found = resultsOf(path, events);
    results.push(...found);
    console.error(`ran ${path}`);
    for (const { name, error } of found) if (error !== undefined) console.error(name, error);
  });
  const faults = readFaults(readFileSync(join(ROOT, "docs/faults.md"), "utf8"));
  return rowResults(faults, FAULT_ROWS, results);
}

function filesToRun(): TestFile[] {
  const tests = FAULT_ROWS.flatMap((row) => row.tests);
  const paths = [...new Set(tests.map(({ file }) => file))];
  return paths.map((path) => ({
    path,
    // The title of a suite that cannot run is found, too: it says that it was skipped.
    names: tests.filter(({ file }) => file === path).map(({ name }) => name),
  }));
}

function print({ row, fault, outcome, figure, tests }: RowResult): void {
  const words = figure === "" ? "" : `  (${figure})`;
  console.log(`${String(row).padStart(2)}  ${outcome.padEnd(14)}  ${fault}${words}`);
  for (const { file, name } of tests) console.log(`${" ".repeat(20)}${file}: ${name}`);
}

readOptions({ help: HELP, options: [] });
/** Leaves in order on a signal, so that the broker's process ends too. */
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
const rows = await check();
for (const row of rows) print(row);
const survived = rows.filter(({ outcome }) => outcome === "held").length;
console.log(`${survived} of ${FAULTS} survived`);
process.exit(rows.some(({ outcome }) => outcome === "broken") ? 1 : 0);
