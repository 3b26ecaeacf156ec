import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_WEIGHTS } from "../../core/bundle/manifest.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import type { Candidate, FindCandidates } from "../candidates.ts";
import { newListColumn } from "../catalogue/list-column.ts";
import { hasTrack } from "../retrieval/track-bits.ts";
import { newChooser } from "./choose.ts";
import type { ListRules, TrackFacts } from "./list-rules.ts";
import { type Picking, pickList } from "./pick-list.ts";

const COUNT = 20_000;

test("a track that is thousands of places down is found where the rules leave no other", () => {
  const { searches, picking } = picked({ perArtist: { tracksMax: 1, window: 500 } }, (row) => {
    return row < 15_000 ? 0 : row < 18_000 ? 1 : 2;
  });
  const { picks, steps } = pickList({ ...picking, k: 3 });
  assert.deepEqual(indicesOf(picks), [0, 15_000, 18_000]);
  assert.deepEqual(steps, [{ rule: "per_artist", before: 4098, after: 3 }]);
  assert.ok(searches.length < 12, `${searches.length} searches`);
});

test("a list ends where no track of the whole catalogue may come next, and says why", () => {
  const { picking } = picked({ perArtist: { tracksMax: 2, window: 500 } }, (row) => row % 2);
  const { picks, steps } = pickList({ ...picking, k: 10 });
  assert.deepEqual(indicesOf(picks), [0, 1, 2, 3]);
  assert.deepEqual(steps, [{ rule: "per_artist", before: COUNT - 4, after: 0 }]);
});

test("within a window the best track comes back as soon as it may", () => {
  const { picking } = picked({ perArtist: { tracksMax: 1, window: 3 } }, (row) => row % 3);
  const order = indicesOf(pickList({ ...picking, k: 7 }).picks);
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6]);
  const one = picked({ perArtist: { tracksMax: 1, window: 3 } }, (row) => (row === 9 ? 1 : 0));
  assert.deepEqual(indicesOf(pickList({ ...one.picking, k: 7 }).picks), [0, 9]);
});

test("a list is as long as its share of unheard tracks lets it be", () => {
  const { picking } = picked({ unheardShareMin: 0.5 }, () => 0);
  const heard = { ...picking.facts, wasHeard: (track: number) => track < COUNT - 3 };
  const { picks, steps } = pickList({ ...picking, facts: heard, k: 20 });
  const last = [COUNT - 3, COUNT - 2, COUNT - 1];
  assert.deepEqual(indicesOf(picks), [0, 1, 2, ...last]);
  assert.deepEqual(steps, [{ rule: "unheard_share", before: COUNT - 13, after: 0 }]);
});

test("tracks that a share is due to are searched once, however far down they are", () => {
  const { searches, picking } = picked({ longTailShareMin: 0.5 }, () => 0);
  const facts = { ...picking.facts, isLongTail: (track: number) => track >= 10_000 };
  const { picks, steps } = pickList({ ...picking, facts, k: 200 });
  const rows = (from: number) => Array.from({ length: 100 }, (_, place) => from + place);
  assert.deepEqual(indicesOf(picks), [...rows(0), ...rows(10_000)]);
  assert.deepEqual(steps, [{ rule: "long_tail_share", before: 4196, after: 200 }]);
  assert.deepEqual(searches, [800, 4096, 4096]);
});

/** The lower a track's index the better it is; `artistOf` says whose it is. */
function picked(rules: ListRules, artistOf: (row: number) => number) {
  const artists = newListColumn(COUNT);
  for (let row = 0; row < COUNT; row++) artists.set(row, [artistOf(row)]);
  const facts: TrackFacts = {
    columns: {
      artists,
      albums: new Uint32Array(COUNT),
      recording: new Float64Array(COUNT).fill(Number.NaN),
    },
    wasHeard: () => false,
    isLongTail: () => true,
    heardRecordings: [],
  };
  const searches: number[] = [];
  const find: FindCandidates = (count, within) => {
    searches.push(count);
    const found: Candidate[] = [];
    for (let row = 0 as TrackIndex; row < COUNT && found.length < count; row++) {
      if (within !== undefined && !hasTrack(within, row)) continue;
      found.push({ index: row, score: -row, parts: NO_WEIGHTS, skips: 0, adjustment: 0 });
    }
    return found;
  };
  const picking: Picking = {
    k: 1,
    rules,
    facts,
    pool: { excluded: new Set(), size: COUNT, steps: [] },
    tracks: { end: () => COUNT, has: () => true },
    candidatesAt: () => find,
    newChooser: () => newChooser(0, undefined, undefined),
  };
  return { searches, picking };
}

function indicesOf(picks: ReturnType<typeof pickList>["picks"]): number[] {
  return picks.map(({ candidate }) => candidate.index);
}
