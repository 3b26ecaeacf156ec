import assert from "node:assert/strict";
import { test } from "node:test";
import { randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import {
  type LooseManifest,
  refusal,
  rewriteBundle,
  withFolder,
} from "../../test/fixtures/rewrite-bundle.ts";
import type { BundleContent, Sources } from "./bundle.ts";
import { openBundle } from "./open-bundle.ts";
import { publishBundle } from "./publish-bundle.ts";
import { SESSION_END } from "./run-order.ts";

const SOURCES: Sources = {
  neighbours: {
    neighbours_max: 10,
    sessions_per_track_max: 5,
    recency_sessions: 2.5,
    sharpness: 100,
    sessionStarts: Uint32Array.of(0, 2, 2, 5),
    sessionTracks: Uint32Array.of(3, 1, 4, 1, 5),
  },
  coplay: {
    tracks_max: 10,
    decay: 0.6,
    sharpness: 50,
    starts: Uint32Array.of(0, 1, 1, 3, 3, 3, 3),
    successors: Uint32Array.of(5, 0, 4),
    shares: Float32Array.of(0.5, 1, 0.125),
  },
  runs: {
    tracks_max: 3,
    weight: 6,
    played: Uint32Array.of(0, 1, 4, SESSION_END, 5, 4, SESSION_END),
    places: Uint32Array.of(0, 1, 4),
  },
};

function content(): BundleContent {
  const sizes = { tracks: 6, dimension: 3, hidden: 4, features: [], seed: 3 } as const;
  const plain = randomBundleContent(sizes);
  return { ...plain, sources: SOURCES, blend: { ...plain.blend, neighbours: 1, coplay: 2 } };
}

test("sources come back as they were published", () =>
  withFolder(async (folder) => {
    await publishBundle(folder, content());
    const { sources, manifest } = await openBundle(folder);
    assert.deepEqual(sources, SOURCES);
    assert.equal(manifest.blend.coplay, 2);
  }));

test("a bundle may have one source, or none", () =>
  withFolder(async (folder) => {
    const { coplay } = SOURCES;
    const blend = { short: 1, long: 0, coplay: 1, popularity: 0 };
    await publishBundle(folder, { ...content(), sources: { ...(coplay && { coplay }) }, blend });
    assert.deepEqual(Object.keys((await openBundle(folder)).sources), ["coplay"]);
    await publishBundle(folder, { ...content(), sources: {}, blend: { ...blend, coplay: 0 } });
    const { sources, manifest } = await openBundle(folder);
    assert.deepEqual(sources, {});
    assert.equal(manifest.sources, undefined);
  }));

type Edit = (manifest: LooseManifest, files: Record<string, Uint8Array>) => unknown;

const integers = (key: string, ...values: number[]): Edit => {
  return (_, files) => {
    files[key] = new Uint8Array(Uint32Array.from(values).buffer);
  };
};
const floats = (key: string, ...values: number[]): Edit => {
  return (_, files) => {
    files[key] = new Uint8Array(Float32Array.from(values).buffer);
  };
};
const sessionStarts = "sources.neighbours.session_starts";

const refusals: readonly [what: string, field: string | RegExp, edit: Edit][] = [
  ["sources of nothing", "sources", (manifest) => (manifest.sources = {})],
  ["another source", "sources.radio", ({ sources }) => (sources.radio = sources.coplay)],
  ["a key too many", "sources.coplay.k", ({ sources }) => (sources.coplay.k = 1)],
  ["a key too few", "sources.coplay.decay", ({ sources }) => delete sources.coplay.decay],
  ["a decay above 1", "sources.coplay.decay", ({ sources }) => (sources.coplay.decay = 1.1)],
  [
    "no neighbour at all",
    "sources.neighbours.neighbours_max",
    ({ sources }) => (sources.neighbours.neighbours_max = 0),
  ],
  [
    "a size that is not the file's",
    "sources.neighbours.session_tracks",
    ({ sources }) => (sources.neighbours.plays = 4),
  ],
  [
    "a file that is not listed",
    "sources.coplay.shares",
    ({ sources }) => (sources.coplay.shares = "other.f32"),
  ],
  ["sessions that go back", /session-starts/, integers(sessionStarts, 0, 3, 2, 5)],
  ["sessions that begin late", /session-starts/, integers(sessionStarts, 1, 2, 2, 5)],
  ["sessions that end late", /session-starts/, integers(sessionStarts, 0, 2, 2, 6)],
  [
    "a track that is none",
    /session-tracks/,
    integers("sources.neighbours.session_tracks", 3, 1, 6, 1, 5),
  ],
  ["a successor that is none", /successors/, integers("sources.coplay.successors", 5, 0, 6)],
  ["a share of 0", /shares/, floats("sources.coplay.shares", 0.5, 0, 0.125)],
  ["a share above 1", /shares/, floats("sources.coplay.shares", 0.5, 1.5, 0.125)],
  ["a share that is NaN", /shares/, floats("sources.coplay.shares", 0.5, Number.NaN, 0.125)],
  ["a run of one", "sources.runs.tracks_max", ({ sources }) => (sources.runs.tracks_max = 1)],
  ["runs without co-play", "sources.runs", ({ sources }) => delete sources.coplay],
  [
    "a play that is no track",
    /runs.played/,
    integers("sources.runs.played", 0, 1, 6, SESSION_END, 5, 4, SESSION_END),
  ],
  ["a place that nothing follows", /runs.places/, integers("sources.runs.places", 0, 2, 4)],
  ["a place behind the end", /runs.places/, integers("sources.runs.places", 0, 1, 7)],
  ["places out of order", /runs.places/, integers("sources.runs.places", 1, 0, 4)],
  ["a weight below 0", "blend.coplay", ({ blend }) => (blend.coplay = -1)],
];

test("sources that are off are refused by their key or file", async () => {
  for (const [what, field, edit] of refusals) {
    await withFolder(async (folder) => {
      await publishBundle(folder, content());
      await rewriteBundle(folder, edit);
      await assert.rejects(openBundle(folder), refusal(field), what);
    });
  }
});

test("a weight for a source that the bundle does not have is refused", () =>
  withFolder(async (folder) => {
    await assert.rejects(
      publishBundle(folder, { ...content(), sources: {} }),
      refusal("blend.neighbours"),
    );
  }));
