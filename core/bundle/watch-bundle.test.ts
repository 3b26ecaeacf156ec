import assert from "node:assert/strict";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { publishRandomBundle } from "../../test/fixtures/random-bundle.ts";
import { withFolder } from "../../test/fixtures/rewrite-bundle.ts";
import type { Failure } from "../domain/failure.ts";
import type { BundleId } from "../domain/ids.ts";
import { openBundle } from "./open-bundle.ts";
import { type OpenedBundle, watchBundle } from "./watch-bundle.ts";

const SIZES = { tracks: 10, dimension: 4, hidden: 5, features: ["gap"] } as const;

test("a bundle is taken once, and one that is served already not at all", () =>
  withFolder(async (folder) => {
    const first = await publishRandomBundle(folder, { ...SIZES, seed: 1 });
    const { taken, stop } = watched(folder, first);
    await publishRandomBundle(folder, { ...SIZES, seed: 1 });
    await wait(30);
    const second = await publishRandomBundle(folder, { ...SIZES, seed: 2 });
    while (taken.length === 0) await wait(2);
    await wait(30);
    await stop();
    assert.deepEqual(taken, [second]);
  }));

test("a bundle whose files are late is refused, and taken once they are there", () =>
  withFolder(async (folder) => {
    const first = await publishRandomBundle(folder, { ...SIZES, seed: 1 });
    const second = await publishRandomBundle(folder, { ...SIZES, seed: 2 });
    const { tracks } = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
    await rename(join(folder, tracks.ids), join(folder, "late"));
    const { taken, refused, stop } = watched(folder, first, { againMs: 20 });
    while (refused.length === 0) await wait(2);
    assert.equal(refused[0]!.field, tracks.ids);
    await rename(join(folder, "late"), join(folder, tracks.ids));
    while (taken.length === 0) await wait(2);
    await stop();
    assert.deepEqual(taken, [second]);
  }));

test("what is no manifest is refused once, and none at all is no news", () =>
  withFolder(async (folder) => {
    const first = await publishRandomBundle(folder, { ...SIZES, seed: 1 });
    const { taken, refused, stop } = watched(folder, first);
    await writeFile(join(folder, "manifest.json"), "{");
    while (refused.length === 0) await wait(2);
    await rm(join(folder, "manifest.json"));
    await wait(30);
    await stop();
    assert.deepEqual([taken.length, refused.length], [0, 1]);
  }));

test("a bundle that cannot be taken is refused with the reason", () =>
  withFolder(async (folder) => {
    const first = await publishRandomBundle(folder, { ...SIZES, seed: 1 });
    const take = () => Promise.reject(new Error("no room"));
    const { refused, stop } = watched(folder, first, { take });
    await publishRandomBundle(folder, { ...SIZES, seed: 2 });
    while (refused.length === 0) await wait(2);
    await stop();
    assert.match(refused[0]!.message, /no room/);
  }));

function watched(
  folder: string,
  servedId: BundleId,
  options: { readonly againMs?: number; readonly take?: () => Promise<void> } = {},
) {
  const stopping = new AbortController();
  const taken: BundleId[] = [];
  const refused: Failure[] = [];
  const takeIt = async ({ bundle }: OpenedBundle) => {
    taken.push(bundle.manifest.id);
  };
  const watching = watchBundle({
    folder,
    servedId,
    open: async () => ({ bundle: await openBundle(folder) }),
    take: options.take ?? takeIt,
    refuse: (failure) => refused.push(failure),
    nowMs: () => performance.now(),
    signal: stopping.signal,
    times: { pollMs: 2, againMs: options.againMs ?? 60_000 },
  });
  const stop = () => {
    stopping.abort();
    return watching;
  };
  return { taken, refused, stop };
}
