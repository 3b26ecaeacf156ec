import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { trackHash } from "../core/domain/hash.ts";
import type { TrackId, TrackIndex } from "../core/domain/ids.ts";
import type { RecentEvent } from "../core/state/listener-record.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { keepOut, shortenedBy } from "./rules.ts";

const { bundle } = tinyModels(1, 20);
/** Some of them are not in the bundle. */
const track = fc.integer({ min: 0, max: 25 }).map((index) => `track-${index}` as TrackId);
const indexOf = (id: TrackId) => bundle.indexOf(id);

const heardEvent = (id: TrackId): RecentEvent => ({
  track: trackHash(id),
  happenedAtMs: 0,
  kind: "finished",
  fractionPlayed: 1,
  gapMs: 0,
  sessionStart: false,
  context: "unspecified",
  shuffle: false,
});

test("what is kept out is what the request, dislikes and the last tracks heard name", () => {
  fc.assert(
    fc.property(
      fc.array(track),
      fc.array(track),
      fc.array(track, { maxLength: 32 }),
      fc.integer({ min: 0, max: 32 }),
      (excludeTracks, dislikes, heard, excludeHeard) => {
        const record = { recent: heard.map(heardEvent), disliked: dislikes.map(trackHash) };
        const kept = keepOut(bundle, record, { excludeTracks, excludeHeard });
        const last = [...new Set(heard.toReversed())].slice(0, excludeHeard);
        const named = [...excludeTracks, ...dislikes, ...last].map(indexOf);
        const expected = named.filter((index) => index !== undefined);
        assert.deepEqual(new Set(kept.tracks), new Set<TrackIndex>(expected));
        assert.equal(kept.byRequest + kept.disliked + kept.justHeard, kept.tracks.size);
      },
    ),
  );
});

test("a listener of whom nothing is known keeps out what the request names", () => {
  const excludeTracks = ["track-3" as TrackId];
  const kept = keepOut(bundle, undefined, { excludeTracks, excludeHeard: 1 });
  assert.deepEqual([...kept.tracks], [3]);
});

test("a full list is not explained and a short one names every rule that took part", () => {
  const kept = { tracks: new Set<TrackIndex>(), byRequest: 2, disliked: 0, justHeard: 1 };
  assert.equal(shortenedBy(kept, { length: 5, k: 5, catalogue: 8 }), "");
  assert.equal(
    shortenedBy(kept, { length: 5, k: 6, catalogue: 8 }),
    "the bundle has 8 tracks, of which 2 excluded by the request, 1 just heard",
  );
  const none = { ...kept, byRequest: 0, justHeard: 0 };
  assert.equal(shortenedBy(none, { length: 8, k: 9, catalogue: 8 }), "the bundle has 8 tracks");
});
