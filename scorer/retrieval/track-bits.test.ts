import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { TrackIndex } from "../../core/domain/ids.ts";
import { addTrack, countTracks, forEachTrack, hasTrack, noTracks } from "./track-bits.ts";

test("a set holds what was added, counts it, and tells it in order", () => {
  const sizes = fc.integer({ min: 1, max: 200 });
  const trials = sizes.chain((count) =>
    fc.record({
      count: fc.constant(count),
      added: fc.array(fc.integer({ min: 0, max: count - 1 })),
    }),
  );
  fc.assert(
    fc.property(trials, ({ count, added }) => {
      const bits = noTracks(count);
      for (const track of added) addTrack(bits, track as TrackIndex);
      const all = Array.from({ length: count }, (_, track) => track as TrackIndex);
      const expected = all.filter((track) => added.includes(track));
      assert.deepEqual(
        all.filter((track) => hasTrack(bits, track)),
        expected,
      );
      assert.equal(countTracks(bits, count), expected.length);
      for (const which of ["present", "absent"] as const) {
        const told: TrackIndex[] = [];
        forEachTrack(bits, count, which, (track) => told.push(track));
        const wanted = all.filter((track) => added.includes(track) === (which === "present"));
        assert.deepEqual(told, wanted);
      }
    }),
  );
});

test("counting ends soon after there are more than enough", () => {
  const bits = noTracks(640).fill(0xffff_ffff);
  assert.ok(countTracks(bits, 40) > 40);
  assert.equal(countTracks(bits, 640), 640);
});
