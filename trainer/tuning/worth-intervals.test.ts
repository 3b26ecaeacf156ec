import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random.ts";
import { readPlaces, worthIntervals, writePlaces } from "./worth-intervals.ts";

const SESSIONS = 2000;
const random = seededRandom(1, "ranks");
/** First places and misses alone, so that recall, mrr and worth are the same. */
const ranks = Int32Array.from({ length: SESSIONS }, () => (random() < 0.3 ? 1 : 1000));
const single = new Int32Array(SESSIONS).fill(1);

test("the interval of first places alone is that of the binomial", () => {
  const { worth } = worthIntervals({ ranks, lengths: single }, { seed: 1, other: undefined });
  const share = ranks.filter((rank) => rank === 1).length / SESSIONS;
  const spread = 2 * 1.96 * Math.sqrt((share * (1 - share)) / SESSIONS);
  assert.ok(worth[0] < share && share < worth[1]);
  assert.ok(Math.abs(worth[1] - worth[0] - spread) < 0.2 * spread);
});

test("sessions are drawn whole: where all of one agree, the interval is wider", () => {
  const lengths = new Int32Array(SESSIONS / 10).fill(10);
  const agreeing = Int32Array.from({ length: SESSIONS }, (_, at) => ranks[Math.floor(at / 10)]!);
  const width = (of: Int32Array, by: Int32Array) => {
    const { worth } = worthIntervals({ ranks: of, lengths: by }, { seed: 1, other: undefined });
    return worth[1] - worth[0];
  };
  assert.ok(width(agreeing, lengths) > 2 * width(ranks, single));
});

test("a gain is paired: over itself it is nothing, over a constant loss it is clear", () => {
  const own = worthIntervals({ ranks, lengths: single }, { seed: 1, other: ranks });
  assert.deepEqual(own.difference, [0, 0]);
  const worse = ranks.map((rank) => (rank === 1 ? 2 : rank));
  const { difference } = worthIntervals({ ranks, lengths: single }, { seed: 1, other: worse });
  assert.ok(difference![0] > 0.05);
  assert.equal(
    worthIntervals({ ranks, lengths: single }, { seed: 1, other: undefined }).difference,
    undefined,
  );
});

test("places are read as they were written, those beyond the list as misses", () => {
  const some = Int32Array.of(1, 20, 21, 5, 2 ** 31 - 1);
  assert.equal(writePlaces(some), "at.e.");
  assert.deepEqual(readPlaces("at.e."), Int32Array.of(1, 20, 21, 5, 21));
});
