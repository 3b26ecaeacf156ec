import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { NeighbourSessions } from "../../core/bundle/bundle.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import type { SparseScores } from "../retrieval/retriever.ts";
import { openSources } from "./open-sources.ts";
import { indexSessions } from "./session-index.ts";
import { layOutSources } from "./source-layout.ts";

const COUNT = 12;
const SETTINGS = {
  neighbours_max: 3,
  sessions_per_track_max: 2,
  recency_sessions: 4,
  sharpness: 7,
};

function sessionsOf(lists: readonly (readonly number[])[]): NeighbourSessions {
  const starts = [0];
  for (const list of lists) starts.push(starts.at(-1)! + list.length);
  return {
    ...SETTINGS,
    sessionStarts: Uint32Array.from(starts),
    sessionTracks: Uint32Array.from(lists.flat()),
  };
}

function sourceOf(source: NeighbourSessions) {
  const ask = openSources(layOutSources({ neighbours: source }, COUNT));
  return (session: readonly number[]): SparseScores => {
    return ask(session as TrackIndex[], { neighbours: 1, coplay: 0 }).neighbours ?? NOTHING;
  };
}

const NOTHING = { tracks: new Uint32Array(0), values: new Float32Array(0) };

function scored(lists: readonly (readonly number[])[], session: readonly number[]) {
  const { tracks, values } = sourceOf(sessionsOf(lists))(session);
  return new Map(Array.from(tracks, (track, at) => [track, values[at]!]));
}

test("only tracks of sessions that share a track are scored", () => {
  const found = scored(
    [
      [1, 2],
      [3, 4],
      [2, 5],
    ],
    [2],
  );
  assert.deepEqual([...found.keys()].sort(), [1, 2, 5]);
  assert.ok(found.get(5)! > found.get(1)!, "the newer session is nearer");
  assert.equal(scored([[1, 2]], [7]).size, 0);
  assert.equal(scored([[1, 2]], []).size, 0);
});

test("of a track's sessions only the newest are compared", () => {
  const found = scored(
    [
      [1, 6],
      [1, 7],
      [1, 8],
    ],
    [1],
  );
  assert.deepEqual([...found.keys()].sort(), [1, 7, 8]);
});

test("the index scores what the definition says, one session after the other", () => {
  const track = fc.integer({ min: 0, max: COUNT - 1 });
  const lists = fc.array(fc.array(track, { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(lists, fc.array(fc.uniqueArray(track, { maxLength: 12 })), (others, sessions) => {
      const source = sourceOf(sessionsOf(others));
      for (const session of sessions) {
        const { tracks, values } = source(session);
        const expected = byDefinition(others, session);
        assert.deepEqual([...tracks].sort(), [...expected.keys()].sort());
        for (const [at, found] of tracks.entries()) {
          assert.ok(Math.abs(values[at]! - expected.get(found)!) < 1e-5);
        }
      }
    }),
  );
});

test("rows and a heap give the order and the bits of objects that are sorted", () => {
  const track = fc.integer({ min: 0, max: COUNT - 1 });
  const lists = fc.array(fc.array(track, { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(
      lists,
      // With so long a memory sessions of one length are as like as each other, to the last bit.
      fc.constantFrom(4, 1e300),
      fc.array(fc.array(track, { maxLength: 12 })),
      (others, recency, sessions) => {
        const held = { ...sessionsOf(others), recency_sessions: recency };
        const source = sourceOf({ ...held, sessions_per_track_max: 20 });
        const plain = sortedObjects({ ...held, sessions_per_track_max: 20 });
        for (const session of sessions) {
          const { tracks, values } = source(session);
          const expected = plain(session);
          assert.deepEqual([...tracks], [...expected.keys()]);
          assert.deepEqual(values, Float32Array.from(expected.values()));
        }
      },
    ),
  );
});

/** The source without a thought for memory: an object for every session that is met, all of them
 *  sorted. */
function sortedObjects(source: NeighbourSessions) {
  const index = indexSessions(source, COUNT);
  const total = source.sessionStarts.length - 1;
  const tracksOf = (session: number) =>
    source.sessionTracks.subarray(source.sessionStarts[session], source.sessionStarts[session + 1]);
  return (plays: readonly number[]): Map<number, number> => {
    const session = [...new Set(plays)];
    const met = new Map<number, { sum: number; back: number }>();
    for (const [back, track] of session.entries()) {
      for (const other of index.sessions.subarray(index.starts[track], index.starts[track + 1])) {
        const found = met.get(other) ?? { sum: 0, back };
        met.set(other, { ...found, sum: found.sum + session.length - back });
      }
    }
    const all = Array.from(met, ([other, { sum, back }]) => {
      const age = Math.exp((other - total) / source.recency_sessions);
      const scale = age / Math.sqrt(tracksOf(other).length);
      return { other, back, likeness: (sum / session.length) * scale };
    });
    const likest = all.toSorted((one, two) => two.likeness - one.likeness || two.other - one.other);
    const near = new Set(likest.slice(0, source.neighbours_max));
    const votes = new Map<number, number>();
    for (const { other, back, likeness } of all.filter((each) => near.has(each))) {
      const vote = likeness * Math.max(0, 1 - (back + 1) / 10);
      if (!(vote > 0)) continue;
      for (const track of tracksOf(other)) votes.set(track, (votes.get(track) ?? 0) + vote);
    }
    for (const [track, vote] of votes) votes.set(track, vote * index.rarity[track]!);
    const sum = [...votes.values()].reduce((whole, vote) => whole + vote, 0);
    return new Map(
      Array.from(votes, ([track, vote]) => {
        return [track, Math.log1p((source.sharpness * vote) / sum)];
      }),
    );
  };
}

function byDefinition(
  lists: readonly (readonly number[])[],
  session: readonly number[],
): Map<number, number> {
  const holding = (track: number) =>
    lists.flatMap((list, at) => (list.includes(track) ? [at] : []));
  const compared = new Set(
    session.flatMap((track) => holding(track).slice(-SETTINGS.sessions_per_track_max)),
  );
  const near = Array.from(compared, (other) => {
    const shared = session.flatMap((track, back) => {
      const newest = holding(track).slice(-SETTINGS.sessions_per_track_max);
      return newest.includes(other) ? [back] : [];
    });
    const sum = shared.reduce((total, back) => {
      return total + (session.length - back) / session.length;
    }, 0);
    const age = (lists.length - other) / SETTINGS.recency_sessions;
    const likeness = (sum * Math.exp(-age)) / Math.sqrt(lists[other]!.length);
    return { other, likeness, back: Math.min(...shared) };
  });
  near.sort((one, two) => two.likeness - one.likeness || two.other - one.other);
  const votes = new Map<number, number>();
  for (const { other, likeness, back } of near.slice(0, SETTINGS.neighbours_max)) {
    for (const track of lists[other]!) {
      const rarity = Math.log(1 + lists.length / holding(track).length);
      const vote = likeness * Math.max(0, 1 - (back + 1) / 10) * rarity;
      if (vote > 0) votes.set(track, (votes.get(track) ?? 0) + vote);
    }
  }
  const total = [...votes.values()].reduce((sum, vote) => sum + vote, 0);
  return new Map(
    Array.from(votes, ([track, vote]) => {
      return [track, Math.log(1 + (SETTINGS.sharpness * vote) / total)];
    }),
  );
}
