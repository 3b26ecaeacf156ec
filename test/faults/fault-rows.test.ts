import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FAULTS, readFaults } from "./fault-list.ts";
import { FAULT_ROWS } from "./fault-rows.ts";
import { lostTests } from "./named-tests.ts";
import { rowResults } from "./row-results.ts";

const ROOT = join(import.meta.dirname, "../..");
const FAULT_LIST = readFaults(readFileSync(join(ROOT, "docs/faults.md"), "utf8"));

test("the document lists every fault once, in order", () => {
  const numbers = Array.from({ length: FAULTS }, (_, index) => index + 1);
  assert.deepEqual(
    FAULT_LIST.map(({ row }) => row),
    numbers,
  );
});

test("every row has tests, is a row of the document, and stands once", () => {
  const rows = FAULT_ROWS.map(({ row }) => row);
  assert.deepEqual(
    rows,
    [...new Set(rows)].toSorted((one, other) => one - other),
  );
  for (const { row, tests } of FAULT_ROWS) {
    assert.ok(FAULT_LIST.some((fault) => fault.row === row));
    assert.ok(tests.length > 0, `row ${row} has no test`);
  }
});

test("every test that holds a row exists", () => {
  const all = FAULT_ROWS.flatMap(({ tests }) => tests);
  assert.deepEqual(lostTests(ROOT, all), []);
  const file = "test/faults/fault-rows.test.ts";
  assert.equal(lostTests(ROOT, [{ file, name: "there is no such test" }]).length, 1);
  assert.equal(lostTests(ROOT, [{ file: "gone.test.ts", name: "a test" }]).length, 1);
});

test("a row is held only where all of its tests ran and passed", () => {
  const tests = ["one", "two"].map((name) => ({ file: "a.test.ts", name }));
  const outcome = (ended: ("passed" | "failed" | "skipped")[], owed?: string) => {
    const results = ended.map((end, at) => ({ ...tests[at]!, ended: end, figures: [] }));
    const row = owed === undefined ? { row: 1, tests } : { row: 1, tests, owed };
    return rowResults([{ row: 1, fault: "a fault" }], [row], results)[0]?.outcome;
  };
  assert.equal(outcome(["passed", "passed"]), "held");
  assert.equal(outcome(["passed", "passed"], "the rest"), "in part");
  assert.equal(outcome(["passed", "failed"], "the rest"), "broken");
  assert.equal(outcome(["passed"]), "broken");
  assert.equal(outcome(["passed", "skipped"]), "not run");
  const [untested] = rowResults([{ row: 2, fault: "another" }], [], []);
  assert.equal(untested?.outcome, "not tested yet");
});
