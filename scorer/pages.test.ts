import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { trackHash } from "../core/domain/hash.ts";
import type { TrackId } from "../core/domain/ids.ts";
import { decodePageTracks, encodePageTracks, nextPage } from "./pages.ts";

test("the tracks of pages come back as they were put on the wire", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (ids) => {
      const tracks = ids.map((id) => trackHash(id as TrackId));
      assert.deepEqual(decodePageTracks(encodePageTracks(tracks)), tracks);
    }),
  );
  assert.equal(decodePageTracks(new Uint8Array(6)), undefined);
});

test("a page holds all tracks until now and the name of the first list", () => {
  const tracks = ["a", "b"] as TrackId[];
  const first = nextPage(undefined, { id: "one", tracks, isLast: false })!;
  const second = nextPage(first, { id: "two", tracks: ["c" as TrackId], isLast: false })!;
  assert.equal(second.recommendationId, "one");
  assert.deepEqual(
    second.tracks,
    ["a", "b", "c"].map((id) => trackHash(id as TrackId)),
  );
  assert.equal(nextPage(second, { id: "three", tracks, isLast: true }), undefined);
  const many = Array.from({ length: 2000 }, (_, at) => `track-${at}` as TrackId);
  assert.equal(nextPage(undefined, { id: "one", tracks: many, isLast: false }), undefined);
});
