import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Failure } from "../../core/domain/failure.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { readCheckpoint, writeCheckpoint } from "./checkpoint-file.ts";
import { openCourseFile } from "./course-file.ts";

const arrays = new Map([
  ["weights", Float32Array.of(1.5, -2, Number.MIN_VALUE)],
  ["nothing", new Float32Array(0)],
]);
const checkpoint = { state: { epoch: 3, figures: [0.25] }, arrays };

test("a checkpoint is read as it was written, over the one before it", () => {
  const path = join(temporaryFolder(), "deep", "short");
  assert.equal(readCheckpoint(path), undefined);
  writeCheckpoint(path, { state: 1, arrays: new Map() });
  writeCheckpoint(path, checkpoint);
  assert.deepEqual(readCheckpoint(path), checkpoint);
});

test("a checkpoint with any byte changed, or cut off anywhere, is refused", () => {
  const path = join(temporaryFolder(), "short");
  writeCheckpoint(path, checkpoint);
  const whole = readFileSync(path);
  const refused = (bytes: Uint8Array, what: string) => {
    writeFileSync(path, bytes);
    const isRefusal = (error: unknown) =>
      error instanceof Failure && error.code === "bad_checkpoint";
    assert.throws(() => readCheckpoint(path), isRefusal, what);
  };
  for (let at = 0; at < whole.length; at++) {
    refused(whole.subarray(0, at), `cut at ${at}`);
    const changed = Buffer.from(whole);
    changed[at] = changed[at]! ^ 0x10;
    refused(changed, `changed at ${at}`);
  }
});

test("a damaged checkpoint is set aside, and another task's is left alone", () => {
  const path = join(temporaryFolder(), "short");
  const notices: string[] = [];
  const place = {
    path,
    saveEveryMs: 10,
    nowMs: () => 0,
    notice: (text: string) => notices.push(text),
  };
  const file = openCourseFile({ ...place, task: "one" });
  file.save(checkpoint);
  assert.deepEqual(file.load(), checkpoint);
  assert.equal(openCourseFile({ ...place, task: "other" }).load(), undefined);
  assert.match(notices[0]!, /another log, setting or seed/);
  writeFileSync(path, readFileSync(path).subarray(0, 30));
  assert.equal(file.load(), undefined);
  assert.match(notices[1]!, /set aside/);
  assert.ok(readFileSync(`${path}.damaged`).length > 0);
});

test("where no checkpoint can be written the training is told and goes on", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  const notices: string[] = [];
  let nowMs = 0;
  const file = openCourseFile({
    path: join(folder, "file", "short"),
    task: "one",
    saveEveryMs: 10,
    nowMs: () => nowMs,
    notice: (text) => notices.push(text),
  });
  assert.equal(file.isDue(), false);
  nowMs = 10;
  assert.equal(file.isDue(), true);
  file.save(checkpoint);
  assert.equal(file.isDue(), false);
  assert.match(notices[0]!, /no checkpoint was written/);
});
