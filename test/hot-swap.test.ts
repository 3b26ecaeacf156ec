import assert from "node:assert/strict";
import { cp, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { connectClient } from "../cli/recommender-client.ts";
import type { BundleContent } from "../core/bundle/bundle.ts";
import { createStepRunner } from "../core/bundle/graph-runner.ts";
import { openBundle } from "../core/bundle/open-bundle.ts";
import { publishBundle } from "../core/bundle/publish-bundle.ts";
import { rollBack } from "../core/bundle/publish-files.ts";
import { watchBundle } from "../core/bundle/watch-bundle.ts";
import type { Failure } from "../core/domain/failure.ts";
import type { TrackId } from "../core/domain/ids.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { createAdmission } from "../scorer/admission.ts";
import { type LaidOutBundle, laidOut, openLaidOut } from "../scorer/open-laid-out.ts";
import { recommenderService } from "../scorer/serve.ts";
import { startServer } from "../scorer/server.ts";
import { openSwapScorer } from "../scorer/swap-scorer.ts";
import { hearAll, playOf } from "./fixtures/heard-store.ts";
import { randomBundleContent } from "./fixtures/random-bundle.ts";
import { type LooseManifest, rewriteBundle } from "./fixtures/rewrite-bundle.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const SIZES = { tracks: 2_000, dimension: 16, hidden: 16, features: ["kind", "gap"] } as const;
const SWAPS = 100;
const CALLERS = 8;
const BUNDLES = 5;
const PAUSE_MS = 20;

test("a hundred swaps under load fail no call and keep memory flat", async (context) => {
  const { folder, client, taken } = await served(context, contentOf(0));
  const bundles = await publishedBundles();
  const names = new Map<string, string>();
  let answered = 0;
  let isOver = false;
  const caller = async (number: number): Promise<void> => {
    while (!isOver) {
      const { bundleId, tracks } = await client.nextTracks({ listener: `l${number}`, k: 20 });
      assert.equal(tracks.length, 20);
      const prefixes = new Set(tracks.map(({ track }) => track.split("/")[0]!));
      assert.equal(prefixes.size, 1, "a reply is of one bundle");
      const [prefix] = prefixes;
      assert.equal(names.get(bundleId) ?? prefix, prefix, "a reply names the bundle it is of");
      names.set(bundleId, prefix!);
      answered++;
      // The load is half of what the machine bears: it publishes and opens bundles, too.
      await wait(PAUSE_MS);
    }
  };
  const callers = Promise.all(Array.from({ length: CALLERS }, (_, number) => caller(number)));
  const memory: number[] = [];
  for (let swap = 1; swap <= SWAPS; swap++) {
    const before = answered;
    await moveIn(bundles[swap % BUNDLES]!, folder);
    while (taken.length < swap || answered < before + CALLERS) await wait(2);
    if (swap % 4 === 0) memory.push(memoryInUse());
  }
  isOver = true;
  await callers;
  assert.equal(taken.length, SWAPS);
  assert.equal(names.size, BUNDLES, "every bundle answered");
  // At each look some bundles are still on their way out: how many is chance, but for the least.
  const [first, last] = [Math.min(...memory.slice(4, 12)), Math.min(...memory.slice(-8))];
  context.diagnostic(`${answered} replies; ${memory.map((bytes) => bytes >> 20).join(", ")} MiB`);
  // Between the two, half a hundred bundles came and went.
  assert.ok(last < first + BUNDLE_BYTES * 30, `${first} bytes became ${last}`);
});

for (const [what, spoil] of spoiltBundles()) {
  test(`a running scorer refuses a bundle with ${what} and serves on`, async (context) => {
    const open = what === "a file of another folder" ? openLaidOut : openHere;
    const { folder, client, refused, taken } = await served(context, contentOf(0), open);
    const { bundleId } = await client.nextTracks({ listener: "l", k: 5 });
    const next = temporaryFolder();
    await publishBundle(next, contentOf(1));
    await spoil(next);
    await moveIn(next, folder);
    while (refused.length === 0) await wait(2);
    assert.equal(refused[0]!.code, "bad_bundle");
    assert.notEqual(refused[0]!.field, undefined);
    assert.equal((await client.nextTracks({ listener: "l", k: 5 })).bundleId, bundleId);
    assert.deepEqual(taken, []);
    await publishBundle(folder, contentOf(2));
    while (taken.length === 0) await wait(2);
    assert.notEqual((await client.nextTracks({ listener: "l", k: 5 })).bundleId, bundleId);
  });
}

test("going back serves the bundle before, and going back again the one after", async (context) => {
  const { folder, client, taken } = await served(context, contentOf(0));
  const served0 = await idOf(client);
  await publishBundle(folder, contentOf(1));
  while (taken.length < 1) await wait(2);
  const served1 = await idOf(client);
  assert.equal(await rollBack(folder), served0);
  while (taken.length < 2) await wait(2);
  assert.equal(await idOf(client), served0);
  assert.equal(await rollBack(folder), served1);
  while (taken.length < 3) await wait(2);
  assert.equal(await idOf(client), served1);
});

/** The vectors of both models, as they are opened and nothing more. */
const BUNDLE_BYTES = 2 * SIZES.tracks * SIZES.dimension * Float32Array.BYTES_PER_ELEMENT;

async function publishedBundles(): Promise<string[]> {
  const folders = Array.from({ length: BUNDLES }, () => temporaryFolder());
  for (const [seed, folder] of folders.entries()) await publishBundle(folder, contentOf(seed));
  return folders;
}

/** Track ids tell which bundle they are of. */
function contentOf(seed: number): BundleContent {
  const content = randomBundleContent({ ...SIZES, seed });
  return { ...content, trackIds: content.trackIds.map((id) => `${seed}/${id}` as TrackId) };
}

/** A thread for each of so many bundles would take longer than all else. */
async function openHere(folder: string): Promise<LaidOutBundle> {
  return laidOut(await openBundle(folder));
}

type Served = Awaited<ReturnType<typeof served>>;

async function idOf(client: Served["client"]): Promise<string> {
  return (await client.nextTracks({ listener: "l", k: 1 })).bundleId;
}

/** A server that watches a bundle folder closely. */
async function served(
  context: TestContext,
  content: BundleContent,
  open: typeof openLaidOut = openHere,
) {
  const folder = join(temporaryFolder(), "bundle");
  await publishBundle(folder, content);
  const bundle = await openBundle(folder);
  const state = createMemoryStore();
  const runner = await createStepRunner(bundle);
  await hearAll(state, { bundle, runner }, [playOf("0/track-3" as TrackId, 0)]);
  await runner.close();
  const calls = createAdmission();
  const reported: unknown[] = [];
  const scorer = await openSwapScorer(bundle, {
    startRunner: createStepRunner,
    calls,
    state,
    partitions: 1,
    now: Date.now,
    randomBytes: (length) => new Uint8Array(length),
    notice: (failure) => reported.push(failure),
  });
  const report = (error: unknown) => reported.push(error);
  const service = recommenderService({ scorer: scorer.current, calls, report });
  const server = await startServer({ host: "127.0.0.1", port: 0, services: [service] });
  const client = connectClient(`127.0.0.1:${server.port}`);
  const stop = new AbortController();
  const taken: string[] = [];
  const refused: Failure[] = [];
  const watching = watchBundle({
    folder,
    servedId: bundle.manifest.id,
    open,
    take: async (next) => {
      await scorer.take(next);
      taken.push(next.bundle.manifest.id);
    },
    refuse: (failure) => refused.push(failure),
    nowMs: () => performance.now(),
    signal: stop.signal,
    times: { pollMs: 2, againMs: 60_000 },
  });
  context.after(async () => {
    stop.abort();
    await watching;
    client.close();
    server.close();
    await scorer.close();
    assert.deepEqual(reported, []);
  });
  return { folder, client, taken, refused };
}

/** Ways to spoil a published bundle: what a broken copy does, and what somebody does who means it
 *  and makes sizes, hashes and id right again. */
function spoiltBundles(): readonly (readonly [string, (folder: string) => Promise<void>])[] {
  const damaged = (damage: (bytes: Buffer) => Uint8Array) => async (folder: string) => {
    const name = (await readdir(folder)).find((file) => file.startsWith("short.step"))!;
    await writeFile(join(folder, name), damage(await readFile(join(folder, name))));
  };
  const meant = (edit: (manifest: LooseManifest, files: Record<string, Uint8Array>) => void) => {
    return (folder: string) => rewriteBundle(folder, edit);
  };
  return [
    ["an empty graph", damaged(() => new Uint8Array())],
    ["a graph that is cut", damaged((bytes) => bytes.subarray(0, bytes.length / 2))],
    ["a graph of chance", damaged((bytes) => bytes.map((_, at) => (at * 131 + 7) % 256))],
    ["a bit that is flipped", damaged((bytes) => bytes.map((byte, at) => (at ? byte : byte ^ 1)))],
    [
      "another hidden size",
      meant((manifest) => {
        manifest.models.short.hidden += 1;
      }),
    ],
    [
      "vectors of NaN",
      meant((_, files) => {
        files["models.short.input_vectors"] = new Uint8Array(
          files["models.short.input_vectors"]!.length,
        ).fill(0xff);
      }),
    ],
    [
      "a file of another folder",
      meant((manifest) => {
        manifest.models.short.step = "../../outside.onnx";
      }),
    ],
  ];
}

/** As a publisher would that checks nothing: the manifest last, by a rename. */
async function moveIn(from: string, to: string): Promise<void> {
  const names = (await readdir(from)).filter((name) => !/^(manifest|previous)/.test(name));
  for (const name of names) await cp(join(from, name), join(to, name));
  await cp(join(from, "manifest.json"), join(to, "next.json"));
  await rename(join(to, "next.json"), join(to, "manifest.json"));
}

function memoryInUse(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
