import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CatalogueTrack } from "../../core/catalogue/catalogue-track.ts";
import type { Failure } from "../../core/domain/failure.ts";
import { trackHash } from "../../core/domain/hash.ts";
import type { TrackId, TrackIndex } from "../../core/domain/ids.ts";
import type { RecentEvent } from "../../core/state/listener-record.ts";
import { tinyModels } from "../../test/support/tiny-models.ts";
import { UNTOLD } from "../../test/support/untold-track.ts";
import { openLiveCatalogue } from "../catalogue/live-catalogue.ts";
import { hasTrack } from "../retrieval/track-bits.ts";
import { openPool, type Pool, type PoolWishes } from "./pool.ts";
import { shortenedBy } from "./shortened-by.ts";

const TRACKS = 70;
const { bundle } = tinyModels(1, TRACKS);
const live = openLiveCatalogue(bundle, undefined, assert.fail);
/** Track n came out in 1950 + n; every third may be played in Germany alone, and the catalogue does
 *  not hold the last ten. */
for (let row = 0; row < TRACKS - 10; row++) {
  live.columns.set(row as TrackIndex, catalogueTrack(row));
}
/** Some of them are not in the bundle. */
const track = fc.integer({ min: 0, max: TRACKS + 5 }).map((at) => `track-${at}` as TrackId);

test("the pool has what every rule lets through, and each says how many it left", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record(
        {
          candidates: fc.array(track),
          excludeTracks: fc.array(track),
          market: fc.constantFrom("DE", "US"),
          filter: fc.constantFrom("track.release_year > 1970", "!track.explicit"),
          from: track,
          notHeardSinceMs: fc.integer({ min: 0, max: 40 }),
        },
        { requiredKeys: [] },
      ),
      fc.integer({ min: 0, max: 32 }),
      fc.array(track),
      fc.array(track, { maxLength: 32 }),
      async (wishes, excludeHeard, dislikes, heard) => {
        const recent = heard.map((id, at) => heardEvent(id, at));
        const record = { recent, disliked: dislikes.map(trackHash) };
        const pool = await openPool({ live }, record, { ...wishes, excludeHeard });
        const last = [...new Set(heard.toReversed())].slice(0, excludeHeard);
        const lately = heard.filter((_, at) => at >= (wishes.notHeardSinceMs ?? 1000));
        const out = new Set([
          ...(wishes.excludeTracks ?? []),
          ...dislikes,
          ...last,
          ...lately,
          ...(wishes.from === undefined ? [] : [wishes.from]),
        ]);
        const expected = bundle.trackIds.filter((id, row) => {
          const isKnown = row < TRACKS - 10;
          if (out.has(id)) return false;
          if (wishes.candidates && !wishes.candidates.includes(id)) return false;
          if (wishes.market && !(isKnown && (wishes.market === "DE" || row % 3 !== 0)))
            return false;
          if (wishes.filter === undefined) return true;
          return isKnown && (wishes.filter === "!track.explicit" || 1950 + row > 1970);
        });
        assert.deepEqual(tracksOf(pool), expected);
        assert.equal(pool.size, expected.length);
        let before = TRACKS;
        for (const step of pool.steps) {
          assert.equal(step.before, before);
          before = step.after;
        }
        assert.equal(before, pool.size);
      },
    ),
  );
});

test("a track that two rules name counts for the first", async () => {
  const record = { recent: [heardEvent("track-1" as TrackId, 0)], disliked: [] };
  const excludeTracks = ["track-1", "track-2", "track-2", "no-such-track"] as TrackId[];
  const pool = await openPool({ live }, record, { excludeTracks, excludeHeard: 1 });
  assert.deepEqual(pool.steps, [{ rule: "excluded", before: TRACKS, after: TRACKS - 2 }]);
});

test("a filter or a market is named even where it keeps nothing out", async () => {
  const wishes: PoolWishes = { excludeHeard: 1, filter: "true", candidates: bundle.trackIds };
  const { steps } = await openPool({ live }, undefined, wishes);
  assert.deepEqual(steps, [
    { rule: "candidates", before: TRACKS, after: TRACKS },
    { rule: "filter", before: TRACKS, after: TRACKS - 10 },
  ]);
});

test("a filter that is none is refused by its field", async () => {
  const opened = openPool({ live }, undefined, { excludeHeard: 1, filter: "track.x" });
  await assert.rejects(opened, (error: Failure) => error.field === "filter");
});

test("a full list is not explained and a short one names every rule that took part", () => {
  const steps = [
    { rule: "excluded", before: 8, after: 6 },
    { rule: "filter", before: 6, after: 6 },
    { rule: "just_heard", before: 6, after: 5 },
  ] as const;
  assert.equal(shortenedBy(steps, { length: 5, k: 5, ...EIGHT }), "");
  assert.equal(
    shortenedBy(steps, { length: 5, k: 6, ...EIGHT }),
    "the bundle has 8 tracks, of which 2 excluded by the request, 1 just heard",
  );
  assert.equal(shortenedBy([], { length: 8, k: 9, ...EIGHT }), "the bundle has 8 tracks");
  const withNew = { length: 10, k: 11, bundled: 8, fresh: 2 };
  assert.equal(shortenedBy([], withNew), "the bundle has 8 tracks and 2 are new");
});

const EIGHT = { bundled: 8, fresh: 0 };

test("a track that is withdrawn is in no list, a plain one neither", async () => {
  const withdrawn = new Set([2, 40] as TrackIndex[]);
  const wishes = { excludeHeard: 0 };
  const plain = await openPool({ live: { ...live, withdrawn } }, undefined, wishes);
  assert.deepEqual(plain.steps, [{ rule: "withdrawn", before: TRACKS, after: TRACKS - 2 }]);
  assert.ok(!tracksOf(plain).includes("track-40" as TrackId));
  const asked = { ...wishes, candidates: ["track-40", "track-41"] as TrackId[] };
  const ranked = await openPool({ live: { ...live, withdrawn } }, undefined, asked);
  assert.deepEqual(tracksOf(ranked), ["track-41"]);
});

function tracksOf({ allowed, excluded }: Pool): TrackId[] {
  return bundle.trackIds.filter((_, row) => {
    if (excluded.has(row as TrackIndex)) return false;
    return allowed === undefined || hasTrack(allowed, row as TrackIndex);
  });
}

function heardEvent(id: TrackId, happenedAtMs: number): RecentEvent {
  const features = { fractionPlayed: 1, gapMs: 0, context: "unspecified", shuffle: false } as const;
  return { ...features, track: trackHash(id), happenedAtMs, kind: "finished", sessionStart: false };
}

function catalogueTrack(row: number): CatalogueTrack {
  return {
    ...UNTOLD,
    track: `track-${row}` as TrackId,
    releaseDate: String(1950 + row),
    markets: row % 3 === 0 ? ["DE"] : [],
  };
}
