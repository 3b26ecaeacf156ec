import assert from "node:assert/strict";
import { test } from "node:test";
import { createStepRunner } from "../core/bundle/graph-runner.ts";
import { openBundle } from "../core/bundle/open-bundle.ts";
import { publishBundle } from "../core/bundle/publish-bundle.ts";
import { trackHash } from "../core/domain/hash.ts";
import type { ListenerId, TrackId } from "../core/domain/ids.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { hearAll, minuteMs, playOf } from "../test/fixtures/heard-store.ts";
import { randomBundleContent } from "../test/fixtures/random-bundle.ts";
import { withFolder } from "../test/fixtures/rewrite-bundle.ts";
import { type LaidOutBundle, laidOut, openLaidOut } from "./open-laid-out.ts";
import { recommend } from "./recommend.ts";
import { createScorer } from "./scorer.ts";

const SIZES = { tracks: 900, dimension: 36, hidden: 36, features: ["kind", "gap"] } as const;

test("a bundle that was laid out beside gives the very lists of one that was laid out here", () =>
  withFolder(async (folder) => {
    await publishBundle(folder, contentWithSources());
    const beside = await openLaidOut(folder);
    const here = laidOut(await openBundle(folder));
    assert.deepEqual(await listOf(beside), await listOf(here));
    assert.equal(beside.bundle.indexOf("track-77" as TrackId), 77);
    assert.equal(beside.bundle.indexOfHash(trackHash("none" as TrackId)), undefined);
    isThereOnce(beside);
  }));

/** What came from the thread is taken over where it is, and no array is there twice. */
function isThereOnce({ bundle, layout }: LaidOutBundle): void {
  assert.ok(layout.tracks.tracks.memory.buffer instanceof SharedArrayBuffer);
  const { short } = bundle.models;
  assert.equal(layout.tracks.tracks.space.models.short!.vectors, short!.outputVectors);
  assert.equal(short!.inputVectors, short!.outputVectors);
  assert.equal(layout.tracks.tracks.space.popularity, bundle.popularity);
}

test("a bundle that cannot be opened is refused by the field at fault, from the thread, too", () =>
  withFolder((folder) =>
    assert.rejects(openLaidOut(folder), { code: "bad_bundle", field: "manifest.json" }),
  ));

test("opening ends with the reason of a signal that is raised meanwhile", () =>
  withFolder(async (folder) => {
    await publishBundle(folder, contentWithSources());
    const stop = new AbortController();
    const opening = openLaidOut(folder, stop.signal);
    stop.abort(new Error("the process ends"));
    await assert.rejects(opening, /the process ends/);
  }));

function contentWithSources() {
  const content = randomBundleContent({ ...SIZES, seed: 3 });
  const tracks = Uint32Array.from({ length: 400 }, (_, at) => (at * 7) % SIZES.tracks);
  const sessionStarts = Uint32Array.from({ length: 101 }, (_, at) => 4 * at);
  const settings = { neighbours_max: 50, sessions_per_track_max: 20, recency_sessions: 500 };
  const neighbours = { ...settings, sharpness: 10, sessionStarts, sessionTracks: tracks };
  return { ...content, sources: { neighbours }, blend: { ...content.blend, neighbours: 1 } };
}

async function listOf({ bundle, layout }: LaidOutBundle) {
  const runner = await createStepRunner(bundle);
  const state = createMemoryStore();
  await hearAll(state, { bundle, runner }, [playOf("track-7", 0), playOf("track-14", 5)]);
  const scorer = createScorer(
    {
      ...{ bundle, runner, state, partitions: 1, now: () => minuteMs(8) },
      randomBytes: (length) => new Uint8Array(length),
      notice: (failure) => assert.fail(failure.message),
    },
    layout,
  );
  const { tracks } = await recommend(scorer, { listener: "ada" as ListenerId, k: 50 });
  await runner.close();
  return tracks;
}
