import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionId, TrackId } from "../core/domain/ids.ts";
import type { EventKind } from "../core/domain/listening-event.ts";
import { writeTestLog } from "../test/support/played-logs.ts";
import { readSequences } from "./read-sequences.ts";
import { trackPopularity } from "./track-popularity.ts";

type Play = readonly [session: string, track: string, kind?: EventKind];

async function popularityOf(plays: readonly Play[]): Promise<ReadonlyMap<string, number>> {
  const events = plays.map(([session, track, kind = "finished"]) => ({
    session: session as SessionId,
    track: track as TrackId,
    kind,
  }));
  const rules = { idleTimeoutMs: 60_000, trackSupportMin: 1 };
  const sequences = await readSequences(await writeTestLog(events), rules);
  const shares = trackPopularity(sequences, sequences.sessionOrder, { recencyShare: 0.5 });
  return new Map(sequences.trackIds.map((track, index) => [track, Math.exp(shares[index]!)]));
}

test("a share counts one play more, and no play that was skipped", async () => {
  const shares = await popularityOf([
    ["one", "a"],
    ["one", "b"],
    ["one", "c", "skipped"],
    ["one", "a"],
  ]);
  const expected = { a: 3 / 6, b: 2 / 6, c: 1 / 6 };
  for (const [track, share] of Object.entries(expected)) {
    assert.ok(Math.abs(shares.get(track)! - share) < 1e-6, `${track}: ${shares.get(track)}`);
  }
});

test("of tracks that were played as often, the one of late is the more popular", async () => {
  const sessions = 3000;
  const plays = Array.from({ length: sessions }, (_, session): Play[] => {
    return [session, session + 1].map((part) => [
      `${session}`,
      part < sessions / 2 ? "old" : "new",
    ]);
  });
  const shares = await popularityOf(plays.flat());
  // Weights fall by e over 1,500 sessions: the newer half counts e times what the older one does.
  const ratio = shares.get("new")! / shares.get("old")!;
  assert.ok(Math.abs(ratio - Math.E) < 0.02, `${ratio}`);
});
