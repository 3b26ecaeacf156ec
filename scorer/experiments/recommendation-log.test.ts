import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_WEIGHTS } from "../../core/bundle/manifest.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { BundleId, ListenerId, TrackId } from "../../core/domain/ids.ts";
import type { NewRecord } from "../../core/log/event-log.ts";
import type { LogNotice } from "../../core/log/log-notice.ts";
import type { Recommendation } from "../recommendation.ts";
import { listenerHash, placeOfHash } from "./listener-hash.ts";
import {
  decodeLoggedList,
  encodeLoggedList,
  loggedListFromJson,
  loggedListToJson,
} from "./logged-list-wire.ts";
import {
  RECOMMENDATION_LOG_LIMITS as LIMITS,
  openRecommendationLog,
  type RecommendationLogParts,
} from "./recommendation-log.ts";

test("a list is in the log as it was sent, and under its listener's hash", async () => {
  const { log, written } = logged({ salt: "pepper" });
  const page = { recommendationId: "first", tracks: [1, 2, 3] as never };
  log.take(listOf("r1", 2), { listener: ADA, k: 2, page, exploration: EXPLORATION });
  await log.close();
  assert.equal(written.length, 1);
  const list = decodeLoggedList(written[0]!.value!);
  const listener = listenerHash(ADA, "pepper");
  assert.equal(written[0]!.key, listener);
  assert.deepEqual(list, {
    id: "r1",
    madeAtMs: NOW_MS,
    listener,
    bundle: "b".repeat(64),
    rung: "blend",
    weights: { ...NO_WEIGHTS, short: 1, popularity: 0.5 },
    skips: 2,
    tracks: [
      { track: "track-0", score: 2, propensity: 0.5, arm: undefined, isNew: false },
      { track: "track-1", score: 1, propensity: 0.5, arm: undefined, isNew: true },
    ],
    firstPage: "first",
    firstPlace: 3,
    exploration: { ...EXPLORATION, seed: 7 },
    isConstrained: false,
    experiment: { name: "dial", arm: "more", control: "as-is", share: 0.5 },
  });
  assert.ok(!Buffer.from(written[0]!.value!).includes(ADA));
  assert.deepEqual(loggedListFromJson(loggedListToJson(list)), list);
  assert.deepEqual(decodeLoggedList(encodeLoggedList(list)), list);
});

test("a list whose request asked for more than a log can tell says so", async () => {
  const { log, written } = logged({});
  log.take(listOf("r1", 1), { listener: ADA, k: 1, filter: "track.explicit" });
  log.take(listOf("r2", 1), { listener: ADA, k: 1, excludeTracks: ["track-9" as TrackId] });
  log.take(listOf("r3", 1), { listener: ADA, k: 1, weights: NO_WEIGHTS });
  await log.close();
  const told = written.map(({ value }) => decodeLoggedList(value!).isConstrained);
  assert.deepEqual(told, [true, true, false]);
});

test("whole listeners are sampled", async () => {
  const { log, written } = logged({ share: 0.25 });
  const listeners = Array.from({ length: 400 }, (_, at) => `listener-${at}` as ListenerId);
  for (const round of [1, 2]) {
    for (const listener of listeners) log.take(listOf(`${round}`, 1), { listener, k: 1 });
  }
  await log.close();
  const hashes = listeners.map((listener) => listenerHash(listener, ""));
  const wanted = hashes.filter((hash) => placeOfHash(hash) < 0.25).sort();
  assert.deepEqual(written.map(({ key }) => key).sort(), [...wanted, ...wanted].sort());
});

test("what waits is bounded, and what finds no room is counted", async () => {
  const { promise, resolve } = Promise.withResolvers<never[]>();
  const { log, dropped, written } = logged({ log: { append: () => promise } });
  const lists = LIMITS.batchListsMax + LIMITS.waitingListsMax;
  for (let at = 0; at < lists + 3; at++) log.take(listOf(`r${at}`, 1), { listener: ADA, k: 1 });
  assert.deepEqual(dropped(), { queue_full: 3 });
  const { log: other, dropped: droppedTracks } = logged({ log: { append: () => promise } });
  for (let at = 0; at < 3; at++) {
    other.take(listOf(`r${at}`, LIMITS.waitingTracksMax / 2), { listener: ADA, k: 1 });
  }
  assert.deepEqual(droppedTracks(), { queue_full: 1 });
  resolve([]);
  await Promise.all([log.close(), other.close()]);
  assert.equal(written.length, 0);
});

test("a log that fails costs lists and no reply, and is noticed once", async () => {
  const append = () => Promise.reject(new Failure("log_unavailable", "no broker"));
  const { log, dropped, notices } = logged({ log: { append } });
  for (let at = 0; at < 120; at++) log.take(listOf(`r${at}`, 1), { listener: ADA, k: 1 });
  await log.close();
  assert.deepEqual(dropped(), { log_unavailable: 120 });
  assert.equal(notices.length, 1);
});

test("an end waits for the log no longer than it may, and takes no more", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { log, dropped } = logged({ log: { append: () => new Promise(() => undefined) } });
  for (let at = 0; at < LIMITS.batchListsMax + 2; at++) {
    log.take(listOf(`r${at}`, 1), { listener: ADA, k: 1 });
  }
  const closed = log.close();
  context.mock.timers.tick(LIMITS.closeMs);
  await closed;
  log.take(listOf("late", 1), { listener: ADA, k: 1 });
  assert.deepEqual(dropped(), { stopped: 3 });
});

test("bytes that are no list are refused", () => {
  assert.throws(() => decodeLoggedList(Buffer.from([0x0a, 0x7f])), { code: "bad_record" });
  assert.throws(() => decodeLoggedList(new Uint8Array()), { field: "recommendationId" });
  assert.throws(() => loggedListFromJson("{"), { code: "bad_record" });
});

const ADA = "ada" as ListenerId;
const NOW_MS = Date.UTC(2026, 0, 5);
const EXPLORATION = { uniform: 0.25, temperature: 1, pool: 50 };

function logged(parts: Partial<RecommendationLogParts>) {
  const written: NewRecord[] = [];
  const reasons = new Map<string, number>();
  const notices: LogNotice[] = [];
  const append = async (records: readonly NewRecord[]) => {
    written.push(...records);
    return [];
  };
  const log = openRecommendationLog({
    log: { append },
    share: 1,
    salt: "",
    now: () => NOW_MS,
    onLogged: () => undefined,
    onNotLogged: (reason, lists) => reasons.set(reason, (reasons.get(reason) ?? 0) + lists),
    onNotice: (notice) => notices.push(notice),
    ...parts,
  });
  return { log, written, notices, dropped: () => Object.fromEntries(reasons) };
}

function listOf(id: string, tracks: number): Recommendation {
  return {
    id,
    bundle: "b".repeat(64) as BundleId,
    rung: "blend",
    weights: { ...NO_WEIGHTS, short: 1, popularity: 0.5 },
    skips: 2,
    freshness: { seen: undefined, ageMs: 0, caughtUp: true, pendingStepped: 0 },
    tracks: Array.from({ length: tracks }, (_, at) => ({
      track: `track-${at}` as TrackId,
      score: tracks - at,
      contributions: { ...NO_WEIGHTS, skips: 0 },
      shares: NO_WEIGHTS,
      propensity: 0.5,
      adjustment: 0,
      ...(at === 1 && { newTrack: { from: "artist", name: "Ann", tracks: 2 } }),
    })),
    leftOut: [],
    shortenedBy: "",
    poolSize: tracks,
    steps: [],
    explorationSeed: 7,
    nextPage: undefined,
    memorySinceMs: undefined,
    explained: undefined,
    experiment: { name: "dial", arm: "more", control: "as-is", share: 0.5 },
  };
}
