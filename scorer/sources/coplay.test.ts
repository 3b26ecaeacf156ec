import assert from "node:assert/strict";
import { test } from "node:test";
import type { TrackIndex } from "../../core/domain/ids.ts";
import { coplaySource } from "./coplay.ts";

/** After track 0 come 2 and 3, after track 1 comes 3. */
const TABLE = {
  tracks_max: 2,
  decay: 0.5,
  sharpness: 1,
  starts: Uint32Array.of(0, 2, 3, 3, 3),
  successors: Uint32Array.of(2, 3, 3),
  shares: Float32Array.of(0.5, 0.25, 0.5),
};

test("followers of later tracks count more, and shares are of all that is said", () => {
  const source = coplaySource(TABLE, 4);
  const score = (...session: number[]) => {
    const { tracks, values } = source(session as TrackIndex[]);
    return tracks.map((track, at) => [track, Math.expm1(values[at]!).toFixed(4)]);
  };
  // Of track 1, now 3: 0.5; of track 0, half as much: 2: 0.25 and 3: 0.125.
  const expected = [
    [3, (0.625 / 0.875).toFixed(4)],
    [2, (0.25 / 0.875).toFixed(4)],
  ];
  assert.deepEqual(score(1, 0), expected);
  assert.deepEqual(score(1, 0), expected, "nothing is left of the call before");
  assert.deepEqual(score(2, 3, 0), [], "the third last track is beyond the limit");
});
