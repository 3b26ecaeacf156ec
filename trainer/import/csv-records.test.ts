import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { csvRecords, RECORD_LINES_MAX } from "./csv-records.ts";

const anyCell = fc.string({
  unit: fc.constantFrom("a", "é", ",", ";", '"', "\n", " "),
  maxLength: 9,
});
const anyRecord = fc.array(anyCell, { minLength: 2, maxLength: 5 });

test("records written to RFC 4180 are read back, whatever they hold", () => {
  fc.assert(
    fc.property(fc.array(anyRecord), fc.constantFrom("\n", "\r\n"), (records, lineEnd) => {
      const text = records.map((cells) => cells.map(quoted).join(",")).join(lineEnd);
      const cells = recordsOf(text).map((record) => record.cells);
      assert.deepEqual(cells, records);
    }),
  );
});

test("cells without quotes are taken as they stand, a quote inside one too", () => {
  assert.deepEqual(cellsOf('a, b ,\nx 5"y,,"c"d'), [
    ["a", " b ", ""],
    ['x 5"y', "", "cd"],
  ]);
});

test("a record over several lines is known by its first, and empty lines are none", () => {
  assert.deepEqual(
    recordsOf('h\n\n"a\nb"\nc').map(({ line }) => line),
    [1, 3, 5],
  );
});

test("a quote that nothing closes costs its own line alone", () => {
  const rest = Array.from({ length: 2 * RECORD_LINES_MAX }, (_, row) => `r,${row}`);
  const records = recordsOf(['a,"b', ...rest].join("\n"));
  assert.equal(records[0]?.cells, undefined);
  assert.deepEqual(
    records.slice(1).map(({ cells }) => cells),
    rest.map((row) => row.split(",")),
  );
  assert.deepEqual(
    records.map(({ line }) => line),
    records.map((_, place) => place + 1),
  );
});

function recordsOf(text: string) {
  const records = csvRecords(",");
  return [...text.split("\n").flatMap(records.add), ...records.end()];
}

function cellsOf(text: string) {
  return recordsOf(text).map(({ cells }) => cells);
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}
