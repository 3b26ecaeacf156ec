import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RunPlays } from "../../core/bundle/bundle.ts";
import { compareRuns, SESSION_END } from "../../core/bundle/run-order.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import { openSources } from "./open-sources.ts";
import { layOutSources } from "./source-layout.ts";

const SETTINGS = { tracks_max: 3, weight: 2 };

function runsOf(sessions: readonly (readonly number[])[]): RunPlays {
  const played = Uint32Array.from(sessions.flatMap((session) => [...session, SESSION_END]));
  const followed = Array.from(played.keys()).filter((place) => {
    return played[place] !== SESSION_END && played[place + 1] !== SESSION_END;
  });
  followed.sort((one, other) => compareRuns(played, one, other, SETTINGS.tracks_max));
  return { ...SETTINGS, played, places: Uint32Array.from(followed) };
}

/** Every track is followed by one that is in no session: what that gets is 1. */
const YARDSTICK = 10;
const TABLE = {
  tracks_max: 1,
  decay: 1,
  sharpness: 1,
  starts: Uint32Array.from({ length: YARDSTICK + 2 }, (_, track) => track),
  successors: new Uint32Array(YARDSTICK + 1).fill(YARDSTICK),
  shares: new Float32Array(YARDSTICK + 1).fill(1),
};

/** What runs add to each track, rounded. */
function amounts(sessions: readonly (readonly number[])[], session: readonly number[]) {
  const sources = { coplay: TABLE, runs: runsOf(sessions) };
  const ask = openSources(layOutSources(sources, YARDSTICK + 1));
  const { coplay } = ask(session as TrackIndex[], { neighbours: 0, coplay: 1 });
  const shares = new Map(
    Array.from(coplay?.tracks ?? [], (track, at) => [track, Math.expm1(coplay!.values[at]!)]),
  );
  const whole = shares.get(YARDSTICK);
  shares.delete(YARDSTICK);
  return new Map(Array.from(shares, ([track, share]) => [track, rounded(share / whole!)]));
}

const rounded = (amount: number) => Number(amount.toFixed(4));

test("what followed two tracks in a row is said, and louder after three", () => {
  const sessions = [
    [1, 2, 3, 4],
    [2, 3, 5],
    [3, 2, 6],
  ];
  // After 2 and 3 came 4 and 5: 2 / (2 + 1) for each. After 1, 2, 3 came 4: 4 / (1 + 1).
  const expected = new Map([
    [4, rounded(2 / 3 + 2)],
    [5, rounded(2 / 3)],
  ]);
  assert.deepEqual(amounts(sessions, [3, 2, 1]), expected);
  assert.deepEqual(
    amounts(sessions, [3, 2]),
    new Map([4, 5].map((track) => [track, rounded(2 / 3)])),
  );
});

test("a run does not go beyond its session, and one track is no run", () => {
  const sessions = [
    [1, 2],
    [3, 4, 5],
  ];
  assert.equal(amounts(sessions, [3, 2]).size, 0);
  assert.equal(amounts(sessions, [3]).size, 0);
  assert.equal(amounts(sessions, []).size, 0);
  assert.equal(amounts(sessions, [9, 9]).size, 0, "a track that was never played");
});

test("a run of one track again and again is a run", () => {
  const expected = new Map([7, 8].map((track) => [track, rounded(2 / 3)]));
  assert.deepEqual(amounts([[7, 7, 7, 8]], [7, 7]), expected);
});

test("the suffix array finds what the definition says", () => {
  const track = fc.integer({ min: 0, max: 3 });
  const lists = fc.array(fc.array(track, { maxLength: 7 }), { maxLength: 10 });
  fc.assert(
    fc.property(lists, fc.array(track, { maxLength: 5 }), (sessions, session) => {
      const found = amounts(sessions, session);
      const expected = byDefinition(sessions, session);
      assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
      for (const [next, amount] of found) {
        assert.ok(Math.abs(amount - expected.get(next)!) < 1e-3);
      }
    }),
  );
});

function byDefinition(sessions: readonly (readonly number[])[], session: readonly number[]) {
  const sums = new Map<number, number>();
  for (let length = 2; length <= Math.min(SETTINGS.tracks_max, session.length); length++) {
    const run = session.slice(0, length).reverse();
    const nexts = sessions.flatMap((played) => {
      return played.flatMap((next, at) => {
        const before = at >= length ? played.slice(at - length, at) : [];
        return before.length > 0 && before.every((each, back) => each === run[back]) ? [next] : [];
      });
    });
    for (const next of nexts) {
      const amount = SETTINGS.weight ** (length - 1) / (nexts.length + 1);
      sums.set(next, (sums.get(next) ?? 0) + amount);
    }
  }
  return sums;
}

test("of a run that was played thousands of times, places from all over speak", () => {
  const sessions = Array.from({ length: 5000 }, (_, at) => [1, 2, at % 2 === 0 ? 3 : 4, 9]);
  const found = amounts(sessions, [2, 1]);
  const total = [...found.values()].reduce((sum, amount) => sum + amount, 0);
  assert.ok(Math.abs(total - 2) < 0.01, `all that is said counts the weight, and not ${total}`);
});
