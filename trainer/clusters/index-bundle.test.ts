import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { BundleContent } from "../../core/bundle/bundle.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { publishBundle } from "../../core/bundle/publish-bundle.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { TrackId } from "../../core/domain/ids.ts";
import { RECALL_MIN } from "../../scorer/retrieval/open-retriever.ts";
import { randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import { chainedPlays, writeTestLog } from "../../test/support/played-logs.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { parseTrainingConfig } from "../config.ts";
import { train } from "../train.ts";
import { indexBundle } from "./index-bundle.ts";

const TRACKS = 1_500;
const plain = randomBundleContent({
  ...{ tracks: TRACKS, dimension: 12, hidden: 16, seed: 3 },
  features: ["kind", "gap", "session_start"],
});
const sessions = 60;
const withSessions: BundleContent = {
  ...plain,
  sources: {
    neighbours: {
      ...{ neighbours_max: 10, sessions_per_track_max: 5, recency_sessions: 9, sharpness: 9 },
      sessionStarts: Uint32Array.from({ length: sessions + 1 }, (_, at) => at * 6),
      sessionTracks: Uint32Array.from({ length: sessions * 6 }, (_, at) => (at * 317) % TRACKS),
    },
  },
};

async function published(content: BundleContent): Promise<string> {
  const folder = join(temporaryFolder(), "bundle");
  await publishBundle(folder, content);
  return folder;
}

const quietly = { seed: 1, progress: () => undefined };

test("a bundle gets clusters, twice the same ones, and keeps all else", async () => {
  const bundleFolder = await published(withSessions);
  const before = await openBundle(bundleFolder);
  const ids = new Set<string>();
  for (const name of ["one", "two"]) {
    const outFolder = join(temporaryFolder(), name);
    const seen = new Set<string>();
    const progress = (what: string) => seen.add(what);
    const indexed = await indexBundle({ bundleFolder, outFolder, seed: 1, progress });
    const { clusters, manifest, ...rest } = await openBundle(outFolder);
    ids.add(indexed.bundle);
    assert.equal(indexed.bundle, manifest.id);
    assert.equal(indexed.clusters, clusters!.starts.length - 1);
    assert.ok(clusters!.codes!.margin > 0);
    assert.ok(clusters!.recall_at_100 > 0.9 && clusters!.recall_at_100 <= 1);
    assert.ok(clusters!.read_share > 0 && clusters!.read_share < 1);
    assert.deepEqual(rest.models, before.models);
    assert.deepEqual(rest.sources, before.sources);
    assert.deepEqual([...seen].sort(), [
      "cluster tracks",
      "code tracks",
      "hear sessions",
      "measure searches",
    ]);
  }
  assert.equal(ids.size, 1);
});

test("a bundle without sessions needs a log, and a log gives its own", async () => {
  const bundleFolder = await published(plain);
  const outFolder = join(temporaryFolder(), "indexed");
  const task = { bundleFolder, outFolder, ...quietly };
  await assert.rejects(indexBundle(task), (error) => {
    return error instanceof Failure && error.code === "bad_configuration" && error.field === "log";
  });
  const plays = chainedPlays(60, 1).map((play, at) => {
    return { ...play, track: plain.trackIds[(at * 7) % TRACKS]! };
  });
  await indexBundle({ ...task, logFolder: await writeTestLog(plays) });
  assert.ok((await openBundle(outFolder)).clusters !== undefined);
});

test("a training makes clusters for a large catalogue, and none for a small one", async () => {
  const many = chainedPlays(400, 1).map((play, at) => {
    return { ...play, track: `${play.track}-${Math.floor(at / 8) % 80}` as TrackId };
  });
  const small = { hidden: 8, dimension: 8, lanes: 16, negatives: 16, epochs: 1 };
  const trained = async (plays: Parameters<typeof writeTestLog>[0], clusters: object) => {
    const [logFolder, outFolder] = [await writeTestLog(plays), join(temporaryFolder(), "trained")];
    const config = { validationShare: 0.2, short: small, long: small, clusters };
    const noticed: string[] = [];
    const notice = (text: string) => noticed.push(text);
    await train({ logFolder, outFolder, config: parseTrainingConfig(config), seed: 1, notice });
    return { clusters: (await openBundle(outFolder)).clusters, noticed };
  };
  const { clusters } = await trained(many, { tracksMin: 1_000 });
  assert.ok(clusters !== undefined && clusters.recall_at_100 >= RECALL_MIN);
  assert.equal((await trained(many, {})).clusters, undefined);
  assert.equal((await trained(many, { tracksMin: 1_000, enabled: false })).clusters, undefined);
  const whole = await trained(chainedPlays(200, 1), { tracksMin: 2 });
  assert.equal(whole.clusters, undefined);
  assert.match(whole.noticed.at(-1)!, /no clusters are published: searches would read/);
});
