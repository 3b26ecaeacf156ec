import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId, SessionId, TrackId } from "../core/domain/ids.ts";
import { type SparseEvent, writeTestLog } from "../test/support/played-logs.ts";
import { usefulFeatures } from "./model-features.ts";
import { readSequences } from "./read-sequences.ts";

const RULES = { idleTimeoutMs: 1_800_000, trackSupportMin: 1 };
const track = "x" as TrackId;
const oneSessionEach: readonly SparseEvent[] = ["a", "b", "b"].map((name) => {
  return { track, listener: name as ListenerId, session: name as SessionId };
});

test("a log of tracks alone, with numbered rows, leaves no features", async () => {
  const sequences = await readSequences(await writeTestLog(oneSessionEach, "numbered"), RULES);
  assert.deepEqual(usefulFeatures(sequences, "short"), []);
  assert.deepEqual(usefulFeatures(sequences, "long"), []);
});

test("a real clock gives gaps, and a second session its start to the long model", async () => {
  const again = { track, listener: "a" as ListenerId, session: "c" as SessionId };
  const sequences = await readSequences(await writeTestLog([...oneSessionEach, again]), RULES);
  assert.deepEqual(usefulFeatures(sequences, "short"), ["gap"]);
  assert.deepEqual(usefulFeatures(sequences, "long"), ["gap", "session_start"]);
});

test("what changes from event to event is heard", async () => {
  const rich: readonly SparseEvent[] = [
    { track, kind: "skipped", playedMs: 1, trackMs: 2, contextKind: "radio", shuffle: true },
    { track },
  ];
  const sequences = await readSequences(await writeTestLog(rich, "numbered"), RULES);
  const features = usefulFeatures(sequences, "short");
  assert.deepEqual(features, ["kind", "fraction_played", "context", "shuffle"]);
});
