import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Failure } from "../../core/domain/failure.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { type FinishedRung, JOURNAL_FORMAT, type JournalHead, openJournal } from "./journal.ts";

const head: JournalHead = {
  format: JOURNAL_FORMAT,
  log: "abc",
  space: { "short.hidden": { values: [8, null] } },
  config: { short: { epochs: 2 } },
  seed: 1,
};

const rungOf = (trial: number): FinishedRung => ({
  trial,
  rung: 1,
  settings: { "short.hidden": null, "short.learningRate": 0.1 + trial / 3 },
  epochs: { short: 2 },
  worth: 0.1 + 0.2,
  recall20: 1 / 3,
  mrr20: 0.1,
  interval: [0.1, 1 / 7],
  spent_seconds: 1.5,
});

function written(rungs: readonly FinishedRung[]): string {
  const path = join(temporaryFolder(), "deep", "journal.jsonl");
  const journal = openJournal(path, head);
  for (const rung of rungs) journal.append(rung);
  journal.close();
  return path;
}

test("a journal is read as it was written, and goes on", () => {
  const path = written([rungOf(0), rungOf(1)]);
  const again = openJournal(path, head);
  assert.deepEqual(again.finished, [rungOf(0), rungOf(1)]);
  again.append(rungOf(2));
  again.close();
  assert.deepEqual(openJournal(path, head).finished, [0, 1, 2].map(rungOf));
});

test("a journal that was cut off anywhere has its whole lines, and goes on after them", () => {
  const whole = readFileSync(written([rungOf(0), rungOf(1)]));
  for (let length = 0; length < whole.length; length += 7) {
    const path = join(temporaryFolder(), "journal.jsonl");
    writeFileSync(path, whole.subarray(0, length));
    const lines = whole.subarray(0, length).toString().split("\n").length - 1;
    const journal = openJournal(path, head);
    assert.equal(journal.finished.length, Math.max(0, lines - 1));
    journal.append(rungOf(5));
    journal.close();
    assert.deepEqual(openJournal(path, head).finished.at(-1), rungOf(5));
  }
});

const OTHERS: readonly (readonly [Partial<JournalHead>, RegExp])[] = [
  [{ log: "abd" }, /another log/],
  [{ space: { "short.hidden": { values: [8] } } }, /another space/],
  [{ config: {} }, /another configuration/],
  [{ seed: 2 }, /another seed/],
];

for (const [other, what] of OTHERS) {
  test(`the journal of a search with another ${Object.keys(other)} is refused`, () => {
    const path = written([rungOf(0)]);
    const before = readFileSync(path);
    assert.throws(
      () => openJournal(path, { ...head, ...other }),
      (error) => {
        assert.ok(error instanceof Failure);
        assert.equal(error.code, "bad_configuration");
        assert.equal(error.field, "--out");
        assert.match(error.message, what);
        return true;
      },
    );
    assert.deepEqual(readFileSync(path), before);
  });
}

test("a journal with a line that is no finished rung, or of another format, is refused", () => {
  const path = written([rungOf(0)]);
  const whole = readFileSync(path, "utf8");
  const other = '{"format":"segue.log/1"}\n';
  for (const text of [`${whole}{]\n`, `${whole}{"trial":1}\n`, other, "null\n"]) {
    writeFileSync(path, text);
    assert.throws(
      () => openJournal(path, head),
      (error) => error instanceof Failure && error.code === "bad_checkpoint",
      text,
    );
  }
});
