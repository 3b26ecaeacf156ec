import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { ListenerId } from "../../core/domain/ids.ts";
import { readLogFolder, readLogHeader } from "../../core/log-folder/read-log-folder.ts";
import { writeLogFolder } from "../../core/log-folder/write-log-folder.ts";
import { publishRandomBundle } from "../../test/fixtures/random-bundle.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { simulate } from "../simulate/simulate.ts";
import { compareWithBaselines } from "./compare-with-baselines.ts";
import { evaluate, evaluateInDetail } from "./evaluate.ts";
import { isMeasured } from "./measured-listeners.ts";

async function world(): Promise<{ bundleFolder: string; logFolder: string }> {
  const folder = temporaryFolder();
  const [bundleFolder, logFolder] = [join(folder, "bundle"), join(folder, "log")];
  await simulate({ listeners: 12, tracks: 60, days: 3, seed: 3, out: logFolder });
  const sizes = { tracks: 40, dimension: 8, hidden: 12 };
  await publishRandomBundle(bundleFolder, { ...sizes, features: ["kind", "gap"], seed: 1 });
  return { bundleFolder, logFolder };
}

test("figures do not depend on threads, and count every event but the first", async () => {
  const folders = await world();
  let last = 0;
  const one = await evaluate({ ...folders, threads: 1, progress: (done) => (last = done) });
  const three = await evaluate({ ...folders, threads: 3, progress: () => {} });
  assert.deepEqual(one, three);
  let events = 0;
  const sessions = new Set<string>();
  for await (const event of readLogFolder(folders.logFolder)) {
    events++;
    sessions.add(String(event.session));
  }
  assert.equal(one.predictions, events - sessions.size);
  assert.ok(last > 0 && last <= events);
  // No track of the world is one of the bundle's.
  assert.equal(one.unknown_targets, one.predictions);
});

test("a share of the listeners is measured on its own plays, as among all", async () => {
  const folders = await world();
  const task = { ...folders, threads: 2, progress: () => {} };
  const { predictions: all } = await evaluateInDetail(task);
  const { predictions: some } = await evaluateInDetail({ ...task, listenerShare: 0.5 });
  const listeners: string[] = [];
  for await (const { listener } of readLogFolder(folders.logFolder)) listeners.push(listener);
  const expected = [...all.place.keys()].filter((row) => {
    return isMeasured(listeners[all.place[row]!] as ListenerId, 0.5);
  });
  assert.ok(expected.length > 0 && expected.length < all.place.length);
  assert.deepEqual(
    [...some.place],
    expected.map((row) => all.place[row]),
  );
  assert.deepEqual(
    [...some.ranks.blend],
    expected.map((row) => all.ranks.blend[row]),
  );
});

test("listeners who come again are measured without the long-term model, too", async () => {
  const folders = await world();
  const task = { ...folders, progress: () => {} };
  const alone = (await compareWithBaselines({ ...task, threads: 1 })).compared;
  const halved = (await compareWithBaselines({ ...task, threads: 2 })).compared;
  assert.deepEqual(halved, alone);
  const sessions = new Map<string, Set<unknown>>();
  let returning = 0;
  for await (const { listener, session } of readLogFolder(folders.logFolder)) {
    const begun = sessions.get(listener) ?? new Set();
    if (begun.size > 1 && begun.has(session)) returning++;
    sessions.set(listener, begun.add(session));
  }
  const { with: blend, without } = alone.long_term!;
  assert.ok(returning > 0 && returning < alone.predictions);
  assert.equal(blend.predictions, returning);
  assert.equal(without.predictions, returning);
  assert.ok(without.blend_minus!["mrr@20"].interval.every(Number.isFinite));
});

test("a log in two parts, one warmed with the other, is predicted as the whole", async () => {
  const { bundleFolder, logFolder } = await world();
  const [first, second] = await halves(logFolder);
  const part = (folder: string, warmFolder?: string) =>
    evaluate({ bundleFolder, logFolder: folder, warmFolder, threads: 1, progress: () => {} });
  const whole = await part(logFolder);
  const before = await part(first);
  const after = await part(second, first);
  assert.equal(before.predictions + after.predictions, whole.predictions);
  assert.ok((await part(second)).predictions < after.predictions, "cold, a session is cut in two");
});

/** The events of a log folder in two log folders, one after the other in time. */
async function halves(logFolder: string): Promise<[string, string]> {
  const { events } = await readLogHeader(logFolder);
  const folders = [`${logFolder}-first`, `${logFolder}-second`] as [string, string];
  const meta = { name: "half", clock: "real" as const, madeBy: {} };
  const writers = [
    await writeLogFolder(folders[0], meta),
    await writeLogFolder(folders[1], meta),
  ] as const;
  let count = 0;
  for await (const event of readLogFolder(logFolder)) {
    await writers[count++ < events / 2 ? 0 : 1].event(event);
  }
  for (const writer of writers) await writer.close();
  return folders;
}

test("an evaluation that is aborted ends with the reason", async () => {
  const folders = await world();
  const abort = new AbortController();
  const evaluation = evaluate({
    ...folders,
    threads: 2,
    signal: abort.signal,
    progress: () => abort.abort(new Error("enough")),
  });
  await assert.rejects(evaluation, /enough/);
});
