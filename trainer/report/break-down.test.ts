import assert from "node:assert/strict";
import { test } from "node:test";
import { sessionLog } from "../../test/support/session-logs.ts";
import { breakDown, circumstancesOf, groupings } from "./break-down.ts";

const LOG = sessionLog([
  ["a", "b", "a"],
  ["b", "a"],
]);
/** Every event but the first of each session. */
const ABOUT = circumstancesOf(LOG, Int32Array.of(1, 2, 4));

test("a prediction knows how much its session heard and whether its answer repeats", () => {
  assert.deepEqual([...ABOUT.heard], [1, 2, 1]);
  assert.deepEqual([...ABOUT.isRepeat], [0, 1, 0]);
  assert.deepEqual([...ABOUT.answer], [1, 0, 0]);
});

test("recall by position is hits over predictions of each group, empty groups left out", () => {
  const position = groupings(2)[0]!;
  const ranks = Uint8Array.of(3, 0, 0);
  const { groups, lines } = breakDown(position, ABOUT, [{ name: "m", ranks }]);
  assert.deepEqual(groups, [
    { label: "1", predictions: 2 },
    { label: "2", predictions: 1 },
  ]);
  assert.deepEqual(lines, [{ name: "m", values: [0.5, 0] }]);
});

test("an answer that the bundle does not know has no popularity", () => {
  const popularity = groupings(100)[1]!;
  const unknown = { ...ABOUT, answer: Int32Array.of(-1, 0, 99) };
  const { groups } = breakDown(popularity, unknown, []);
  assert.deepEqual(groups, [
    { label: "top 1%", predictions: 1 },
    { label: "50–100%", predictions: 1 },
  ]);
});

test("time away falls into its span, and a listener's first session into its own", () => {
  const away = groupings(2)[2]!;
  const hours = (count: number) => count * 3_600_000;
  const about = { ...ABOUT, awayMs: Float64Array.of(hours(1), hours(200), Number.NaN) };
  const labels = breakDown(away, about, []).groups.map(({ label }) => label);
  assert.deepEqual(labels, ["< 1 h", "> 7 d", "first"]);
});
