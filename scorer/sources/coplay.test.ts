import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunPlays } from "../../core/bundle/bundle.ts";
import { SESSION_END } from "../../core/bundle/run-order.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import { openSources } from "./open-sources.ts";
import { layOutSources } from "./source-layout.ts";

/** After track 0 come 2 and 3, after track 1 comes 3. */
const TABLE = {
  tracks_max: 2,
  decay: 0.5,
  sharpness: 1,
  starts: Uint32Array.of(0, 2, 3, 3, 3),
  successors: Uint32Array.of(2, 3, 3),
  shares: Float32Array.of(0.5, 0.25, 0.5),
};

function sourceOf(runs?: RunPlays) {
  const ask = openSources(layOutSources({ coplay: TABLE, ...(runs && { runs }) }, 4));
  return (...session: number[]) => {
    const { coplay } = ask(session as TrackIndex[], { neighbours: 0, coplay: 1 });
    return Array.from(coplay?.tracks ?? [], (track, at) => [track, coplay!.values[at]!] as const);
  };
}

test("followers of later tracks count more, and shares are of all that is said", () => {
  const source = sourceOf();
  const score = (...session: number[]) =>
    source(...session).map(([track, value]) => [track, Math.expm1(value).toFixed(4)]);
  // Of track 1, now 3: 0.5; of track 0, half as much: 2: 0.25 and 3: 0.125.
  const expected = [
    [3, (0.625 / 0.875).toFixed(4)],
    [2, (0.25 / 0.875).toFixed(4)],
  ];
  assert.deepEqual(score(1, 0), expected);
  assert.deepEqual(score(1, 0), expected, "nothing is left of the call before");
  assert.deepEqual(score(2, 3, 0), [], "the third last track is beyond the limit");
});

test("runs add to what single tracks say", () => {
  const played = Uint32Array.of(0, 1, 2, SESSION_END);
  const runs = { tracks_max: 2, weight: 4, played, places: Uint32Array.of(0, 1) };
  // Of single tracks 3: 0.625 and 2: 0.25, each track once; of the run 0, 1 then 2: 4 / (1 + 1).
  assert.deepEqual(sourceOf(runs)(1, 0, 1), [
    [3, Math.fround(Math.log1p(0.625 / 2.875))],
    [2, Math.fround(Math.log1p(2.25 / 2.875))],
  ]);
});
