import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { publishRandomBundle, randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import { refusal, withFolder } from "../../test/fixtures/rewrite-bundle.ts";
import type { TrackId } from "../domain/ids.ts";
import { type Disk, realDisk } from "./disk.ts";
import { openBundle } from "./open-bundle.ts";
import { parseManifest } from "./parse-manifest.ts";
import { publishBundle } from "./publish-bundle.ts";

const OPTIONS = {
  tracks: 10,
  dimension: 4,
  hidden: 5,
  features: ["gap"],
  models: ["short"],
} as const;
const OLD = randomBundleContent({ ...OPTIONS, seed: 1 });
const NEW = randomBundleContent({ ...OPTIONS, seed: 2 });

test("the same content gets the same id and the same bytes", () =>
  withFolder((first) =>
    withFolder(async (second) => {
      assert.equal(await publishBundle(first, OLD), await publishBundle(second, OLD));
      assert.deepEqual(await contents(first), await contents(second));
    }),
  ));

test("other content gets another id", () =>
  withFolder(async (folder) => {
    const idle = { ...OLD, idleTimeoutMs: OLD.idleTimeoutMs + 1 };
    const ids = new Set<string>();
    for (const content of [OLD, NEW, idle]) ids.add(await publishBundle(folder, content));
    assert.equal(ids.size, 3);
  }));

test("what was published is what is opened", () =>
  withFolder(async (folder) => {
    const id = await publishBundle(folder, OLD);
    const bundle = await openBundle(folder);
    const { short } = OLD.models;
    assert.equal(bundle.manifest.id, id);
    assert.deepEqual(bundle.trackIds, OLD.trackIds);
    assert.deepEqual(bundle.popularity, OLD.popularity);
    assert.deepEqual(bundle.models.short?.inputVectors, short?.inputVectors);
    assert.deepEqual(bundle.models.short?.outputBias, short?.outputBias);
    assert.deepEqual(bundle.manifest.training, OLD.training);
    assert.deepEqual(bundle.manifest.blend, OLD.blend);
  }));

test("a publication that dies at any step leaves the old bundle or the new one, whole", () =>
  withFolder(async (root) => {
    const before = join(root, "before");
    const oldId = await publishBundle(before, OLD);
    const steps = countingDisk();
    const newId = await publishBundle(await copied(before, root, "counted"), NEW, steps.disk);
    const seen = new Set<string>();
    for (let last = 0; last < steps.count(); last++) {
      const folder = await copied(before, root, `dies-${last}`);
      await assert.rejects(publishBundle(folder, NEW, dyingDisk(last)), /the machine died/);
      const { id } = (await openBundle(folder)).manifest;
      assert.ok(id === oldId || id === newId, `an unknown bundle after step ${last}`);
      seen.add(id);
      assert.equal(await publishBundle(folder, NEW), newId);
      assert.equal((await openBundle(folder)).manifest.id, newId);
      assert.deepEqual(await stagings(folder), []);
    }
    assert.deepEqual(seen, new Set([oldId, newId]));
  }));

test("a first publication that dies before its last step shows no bundle", () =>
  withFolder(async (root) => {
    const folder = join(root, "bundle");
    await assert.rejects(publishBundle(folder, OLD, dyingDisk(10)), /the machine died/);
    await assert.rejects(openBundle(folder), refusal("manifest.json"));
  }));

test("a killed publisher leaves a bundle that opens", () =>
  withFolder(async (root) => {
    const folder = join(root, "bundle");
    const ids = [await publishBundle(folder, OLD), await publishBundle(folder, NEW)];
    const script = join(import.meta.dirname, "../../test/fixtures/publish-in-turn.ts");
    for (let kill = 0; kill < 5; kill++) {
      const child = spawn(process.execPath, [script, folder, JSON.stringify(OPTIONS)]);
      await once(child.stdout, "data");
      await wait(kill * 23);
      child.kill("SIGKILL");
      await once(child, "exit");
      assert.ok(ids.includes((await openBundle(folder)).manifest.id));
    }
  }));

test("the files of the bundle before stay, those of the one before that go", () =>
  withFolder(async (folder) => {
    await publishBundle(folder, OLD);
    const oldFiles = await manifestFiles(folder);
    await publishBundle(folder, NEW);
    const newFiles = await manifestFiles(folder);
    const expected = new Set([...oldFiles, ...newFiles, "manifest.json", "previous.json"]);
    assert.deepEqual(new Set(await readdir(folder)), expected);

    await publishRandomBundle(folder, { ...OPTIONS, seed: 3 });
    const names = await readdir(folder);
    assert.ok(newFiles.every((name) => names.includes(name)));
    const gone = oldFiles.filter((name) => !newFiles.includes(name));
    assert.ok(gone.length > 0 && gone.every((name) => !names.includes(name)));
  }));

test("content that no server would open is not published, and the old bundle stays", () =>
  withFolder(async (folder) => {
    const id = await publishBundle(folder, OLD);
    const before = await contents(folder);
    const popularity = OLD.popularity.with(2, Number.NaN);
    await assert.rejects(publishBundle(folder, { ...OLD, popularity }), refusal(/^popularity/));
    const trackIds = OLD.trackIds.with(3, "two\nlines" as TrackId);
    await assert.rejects(publishBundle(folder, { ...OLD, trackIds }), refusal("tracks.ids"));
    const training = { loss: Number.NaN };
    await assert.rejects(publishBundle(folder, { ...OLD, training }), refusal("manifest"));
    assert.equal((await openBundle(folder)).manifest.id, id);
    assert.deepEqual(await contents(folder), before);
  }));

/** A disk that counts its writing operations. */
function countingDisk(): { readonly disk: Disk; count(): number } {
  let count = 0;
  const disk = watchedDisk(() => {
    count++;
  });
  return { disk, count: () => count };
}

/** A disk that does `last` operations and then nothing any more, as when the machine dies. */
function dyingDisk(last: number): Disk {
  let done = 0;
  return watchedDisk(() => {
    if (done++ >= last) throw new Error("the machine died");
  });
}

function watchedDisk(before: () => void): Disk {
  const watched =
    <Arguments extends unknown[], Result>(operation: (...given: Arguments) => Promise<Result>) =>
    async (...given: Arguments) => {
      before();
      return operation(...given);
    };
  return {
    makeStaging: watched(realDisk.makeStaging),
    write: watched(realDisk.write),
    move: watched(realDisk.move),
    sync: watched(realDisk.sync),
    list: watched(realDisk.list),
    remove: watched(realDisk.remove),
  };
}

async function copied(from: string, root: string, name: string): Promise<string> {
  const folder = join(root, name);
  await cp(from, folder, { recursive: true });
  return folder;
}

async function contents(folder: string): Promise<Map<string, Buffer>> {
  const result = new Map<string, Buffer>();
  for (const name of (await readdir(folder)).sort()) {
    result.set(name, await readFile(join(folder, name)));
  }
  return result;
}

async function manifestFiles(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, "manifest.json"), "utf8");
  return Object.keys(parseManifest(text).files);
}

async function stagings(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith("."));
}
