import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { TrackIndex } from "../../core/domain/ids.ts";
import { hasTrack } from "../retrieval/track-bits.ts";
import { longTailOf } from "./facts.ts";

test("the long tail is what comes after the tracks that have four plays in five", () => {
  const plays = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(plays, (counts) => {
      const popularity = Float32Array.from(counts, (count) => Math.log(count));
      const bits = longTailOf({ popularity });
      const tracks = Array.from(popularity.keys()).sort((one, other) => {
        return popularity[other]! - popularity[one]! || one - other;
      });
      const total = popularity.reduce((sum, value) => sum + Math.exp(value), 0);
      let share = 0;
      for (const track of tracks) {
        assert.equal(hasTrack(bits, track as TrackIndex), share >= 0.8 * total);
        share += Math.exp(popularity[track]!);
      }
    }),
  );
});
