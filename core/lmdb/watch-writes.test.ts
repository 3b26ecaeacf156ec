import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openEnvironment } from "./environment.ts";
import { watchWrites } from "./watch-writes.ts";

const folder = mkdtempSync(join(tmpdir(), "segue-watch-"));
after(() => rmSync(folder, { recursive: true, force: true }));
/** Longer than a test may take. */
const FOREVER_MS = 10 * 60_000;

test("a wait ends at the next write", async () => {
  const path = join(folder, "written");
  const environment = openEnvironment(path);
  await environment.put(Buffer.from("a"), Buffer.from("1"));
  const watch = watchWrites(path);
  for (let write = 0; write < 3; write++) {
    let isWaiting = true;
    const next = watch.next({ waitMs: FOREVER_MS, blindMs: FOREVER_MS }).then(() => {
      isWaiting = false;
    });
    assert.ok(isWaiting);
    await environment.put(Buffer.from("a"), Buffer.from(String(write)));
    await next;
  }
  watch.close();
  await environment.close();
});

test("where there is no store a wait ends by itself", async () => {
  const watch = watchWrites(join(folder, "none"));
  await assert.doesNotReject(watch.next({ waitMs: FOREVER_MS, blindMs: 1 }));
  watch.close();
});

test("closing a watch ends the waits", async () => {
  const path = join(folder, "closed");
  const environment = openEnvironment(path);
  const watch = watchWrites(path);
  const next = watch.next({ waitMs: FOREVER_MS, blindMs: FOREVER_MS });
  watch.close();
  await assert.doesNotReject(next);
  await environment.close();
});
