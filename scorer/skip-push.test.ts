import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_WEIGHTS } from "../core/bundle/manifest.ts";
import type { TrackHash, TrackId, TrackIndex } from "../core/domain/ids.ts";
import type { RecentEvent } from "../core/state/listener-record.ts";
import { type CataloguedBundle, servedTracks } from "./catalogue/new-tracks/served-tracks.ts";
import { exactScan } from "./retrieval/exact-scan.ts";
import type { TrackSpace } from "./retrieval/retriever.ts";
import { retrievePushed, skipPush } from "./skip-push.ts";

const COUNT = 60;
const DIMENSION = 4;
const SKIPPED = 7;
const WEIGHTS = { ...NO_WEIGHTS, short: 1 };

/** Tracks around a circle: near in number, near in space. */
const vectors = Float32Array.from({ length: COUNT * DIMENSION }, (_, at) => {
  const angle = (2 * Math.PI * Math.floor(at / DIMENSION)) / COUNT;
  return [Math.cos(angle), Math.sin(angle), 0.1, 0][at % DIMENSION]!;
});
const short = { dimension: DIMENSION, vectors, bias: new Float32Array(COUNT) };
const space: TrackSpace = { count: COUNT, models: { short }, popularity: new Float32Array(COUNT) };
const model = { dimension: DIMENSION, outputVectors: vectors, outputBias: short.bias };
const tracks = servedTracks({
  models: { short: model },
  popularity: space.popularity,
  trackIds: Array.from({ length: COUNT }, (_, track) => String(track)),
  indexOf: (track: TrackId) => Number(track) as TrackIndex,
  indexOfHash: (hash: TrackHash) => hash as unknown as TrackIndex,
} as unknown as CataloguedBundle);
const query = {
  tastes: { short: Float32Array.of(0.3, 0.2, 0, 0) },
  weights: WEIGHTS,
  excluded: [],
  k: COUNT,
};

function played(kind: RecentEvent["kind"], track: number, fractionPlayed: number): RecentEvent {
  const rest = { gapMs: 0, sessionStart: false, context: "unspecified", shuffle: false } as const;
  return { ...rest, kind, fractionPlayed, track: track as unknown as TrackHash, happenedAtMs: 0 };
}

function meanRank(recent: readonly RecentEvent[]): number {
  const push = skipPush(tracks, recent, { skips: 3, weights: WEIGHTS });
  const list = retrievePushed(exactScan(space), query, push).map(({ index }) => Number(index));
  assert.deepEqual(
    [...list].sort((a, b) => a - b),
    [...Array(COUNT).keys()],
    "each track once",
  );
  const near = [-3, -2, -1, 1, 2, 3].map((step) => SKIPPED + step);
  return near.reduce((sum, track) => sum + list.indexOf(track), 0) / near.length;
}

test("the earlier a track is skipped, the further down stands what is like it", () => {
  const none = meanRank([played("finished", SKIPPED, 1)]);
  const late = meanRank([played("skipped", SKIPPED, 0.9)]);
  const early = meanRank([played("skipped", SKIPPED, 0.05)]);
  assert.ok(none < late && late < early, `${none}, ${late}, ${early}`);
});

test("a skip counts less after other events, and nothing in the next session", () => {
  const skip = played("skipped", SKIPPED, 0.05);
  const other = played("finished", 40, 1);
  const just = meanRank([skip]);
  const before = meanRank([skip, other, other]);
  const session = meanRank([skip, { ...other, sessionStart: true }]);
  assert.ok(session < before && before < just, `${session}, ${before}, ${just}`);
  assert.equal(session, meanRank([]));
});

test("scores of pushed tracks are the plain ones and what the push took, best first", () => {
  const push = skipPush(tracks, [played("skipped", SKIPPED, 0)], { skips: 3, weights: WEIGHTS });
  const plain = new Map(
    exactScan(space)
      .retrieve(query)
      .map((one) => [one.index, one.score]),
  );
  const list = retrievePushed(exactScan(space), query, push);
  for (const [at, { index, score, skips, parts }] of list.entries()) {
    assert.ok(Math.abs(plain.get(index)! + skips - score) < 1e-5);
    assert.ok(Math.abs(parts.short - plain.get(index)!) < 1e-5);
    assert.ok(at === 0 || list[at - 1]!.score >= score);
  }
  assert.ok(list.find(({ index }) => index === SKIPPED)!.skips < -0.1);
});

test("without a weight, or without a skip, nothing is pushed", () => {
  const skip = [played("skipped", SKIPPED, 0)];
  assert.equal(skipPush(tracks, skip, { skips: 0, weights: WEIGHTS }), undefined);
  const finished = [played("finished", SKIPPED, 1)];
  assert.equal(skipPush(tracks, finished, { skips: 3, weights: WEIGHTS }), undefined);
});
