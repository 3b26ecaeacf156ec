import assert from "node:assert/strict";
import { test } from "node:test";
import type { TrackHash, TrackIndex } from "../../core/domain/ids.ts";
import type { EventKind } from "../../core/domain/listening-event.ts";
import type { RecentEvent } from "../../core/state/listener-record.ts";
import { sessionTracks } from "./session-tracks.ts";

/** Knows tracks up to 9, by hashes that are their indices. */
const bundle = {
  indexOfHash: (hash: TrackHash) => (hash < 10 ? (Number(hash) as TrackIndex) : undefined),
};

function event(track: number, kind: EventKind = "finished", sessionStart = false): RecentEvent {
  const features = { fractionPlayed: 1, gapMs: 0, context: "unspecified", shuffle: false } as const;
  return { ...features, track: track as TrackHash, happenedAtMs: 0, kind, sessionStart };
}

test("a session's tracks are those since it began, the last one first", () => {
  const recent = [event(1), event(2, "finished", true), event(3), event(4, "liked")];
  assert.deepEqual(sessionTracks(bundle, recent), [4, 3, 2]);
});

test("a track that came twice is there twice", () => {
  assert.deepEqual(sessionTracks(bundle, [event(1), event(2), event(1)]), [1, 2, 1]);
});

test("skipped and disliked tracks, starts and unknown tracks are left out", () => {
  const recent = [event(1), event(2, "skipped"), event(3, "started"), event(99), event(4)];
  assert.deepEqual(sessionTracks(bundle, recent), [4, 1]);
  assert.deepEqual(sessionTracks(bundle, [event(1), event(1, "skipped")]), [], "the last word");
  assert.deepEqual(sessionTracks(bundle, [event(1, "disliked"), event(1)]), [1]);
  assert.deepEqual(sessionTracks(bundle, []), []);
});
