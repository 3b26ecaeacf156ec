import assert from "node:assert/strict";
import { test } from "node:test";
import { writeFeatures } from "../core/bundle/features.ts";
import { Failure } from "../core/domain/failure.ts";
import type { ListenerId, SessionId, TrackId } from "../core/domain/ids.ts";
import { type SparseEvent, writeTestLog } from "../test/support/played-logs.ts";
import { loadFeatures } from "./event-columns.ts";
import { readSequences } from "./read-sequences.ts";
import { splitByTime, trackSupport } from "./sequences.ts";
import { aheadTargets, listenerWalks, nextEventTargets, sessionWalks } from "./walks.ts";

const RULES = { idleTimeoutMs: 10_000, trackSupportMin: 1 };
const [ada, bob] = ["ada", "bob"] as ListenerId[] as [ListenerId, ListenerId];
const [x, y, z] = ["x", "y", "z"] as TrackId[] as [TrackId, TrackId, TrackId];
const bobs = "bob's" as SessionId;

/** Ada hears x y, is silent, then hears z y; Bob hears y z y in a session of his player's. */
const PLAYS: readonly SparseEvent[] = [
  { listener: ada, track: x, happenedAtMs: 1000 },
  { listener: bob, track: y, happenedAtMs: 2000, session: bobs },
  { listener: ada, track: y, happenedAtMs: 3000, kind: "skipped", playedMs: 50, trackMs: 200 },
  { listener: ada, track: x, happenedAtMs: 3500, kind: "started" },
  { listener: ada, track: z, happenedAtMs: 14_000, contextKind: "album", shuffle: true },
  { listener: bob, track: z, happenedAtMs: 15_000, session: bobs },
  { listener: ada, track: y, happenedAtMs: 16_000 },
  { listener: bob, track: y, happenedAtMs: 17_000, session: bobs, kind: "skipped" },
];

test("events are in order of listeners, and sessions are cut as serving cuts them", async () => {
  const sequences = await readSequences(await writeTestLog(PLAYS), RULES);
  assert.deepEqual(sequences.trackIds, [y, z, x]);
  assert.deepEqual([...sequences.track], [2, 0, 1, 0, 0, 1, 0]);
  assert.deepEqual([...sequences.listenerStarts], [0, 4, 7]);
  assert.deepEqual([...sequences.sessionStarts], [0, 2, 4, 7]);
  assert.deepEqual([...sequences.sessionOrder], [0, 2, 1]);
});

test("features are those that serving takes, and a start steps nothing", async () => {
  const { features, track } = await readSequences(await writeTestLog(PLAYS), RULES);
  const heard = Array.from(track, (_, event) => loadFeatures(features, event));
  const starts = heard.map(({ sessionStart }) => sessionStart);
  assert.deepEqual(starts, [true, false, true, false, true, false, false]);
  assert.deepEqual([...features.gapMs], [0, 2000, 11_000, 2000, 0, 13_000, 2000]);
  assert.deepEqual([...features.fractionPlayed], [1, 0.25, 1, 1, 1, 1, 0]);
  assert.deepEqual([...features.kind], [2, 3, 2, 2, 2, 2, 3]);
  const none = "unspecified";
  const contexts = heard.map(({ context }) => context);
  assert.deepEqual(contexts, [none, none, "album", none, none, none, none]);
  const shuffles = heard.map(({ shuffle }) => shuffle);
  assert.deepEqual(shuffles, [false, false, true, false, false, false, false]);
});

test("every array of a log is in shared memory, so that no worker has a copy", async () => {
  const {
    features,
    trackIds: _,
    realClock: __,
    ...rest
  } = await readSequences(await writeTestLog(PLAYS), RULES);
  for (const [name, column] of Object.entries({ ...features, ...rest })) {
    assert.ok(column.buffer instanceof SharedArrayBuffer, name);
  }
});

test("events of rare tracks are heard as unknown", async () => {
  const rules = { ...RULES, trackSupportMin: 2 };
  const sequences = await readSequences(await writeTestLog(PLAYS), rules);
  assert.deepEqual(sequences.trackIds, [y, z]);
  assert.deepEqual([...sequences.track], [-1, 0, 1, 0, 0, 1, 0]);
});

test("the later sessions are held back", async () => {
  const sequences = await readSequences(await writeTestLog(PLAYS), RULES);
  const split = splitByTime(sequences, 0.5);
  assert.deepEqual([...split.trained], [0, 2]);
  assert.deepEqual([...split.held], [1]);
});

test("what a session goes on with beyond the split is neither learned nor measured", async () => {
  const sequences = await readSequences(await writeTestLog(PLAYS), RULES);
  const split = splitByTime(sequences, 0.5);
  assert.equal(split.cut, 1);
  assert.deepEqual([...split.sequences.sessionEnds], [2, 4, 5]);
  assert.deepEqual([...sequences.sessionEnds], [2, 4, 7]);
  assert.deepEqual([...trackSupport(split.sequences, split.trained)], [2, 0, 1]);
  assert.deepEqual([...trackSupport(sequences, sequences.sessionOrder)], [4, 2, 1]);
});

test("where nothing began before the held-back sessions, nothing is learned", async () => {
  const at = { happenedAtMs: 1000 };
  const plays = [x, y, z].map((track, at) => ({ track, session: `s${at}` as SessionId }));
  const log = await writeTestLog(plays.map((play) => ({ ...play, ...at })));
  const sequences = await readSequences(log, RULES);
  assert.throws(() => splitByTime(sequences, 0.5), failure("bad_configuration"));
});

test("a gap longer than the models can tell is kept as the longest one", async () => {
  const years = [0, 10 * 365 * 24 * 60 * 60 * 1000];
  const log = await writeTestLog(years.map((happenedAtMs) => ({ track: x, happenedAtMs })));
  const { features } = await readSequences(log, RULES);
  assert.deepEqual([...features.gapMs], [0, 2 ** 32 - 1]);
  const gap = (gapMs: number) => {
    const heard = { ...loadFeatures(features, 1), gapMs };
    const written = new Float32Array(1);
    writeFeatures(["gap"], heard, written, 0);
    return written[0];
  };
  assert.equal(gap(features.gapMs[1]!), gap(years[1]!));
});

test("within a session the answer is the next event, and a skipped one counts less", async () => {
  const sequences = await readSequences(await writeTestLog(PLAYS), RULES);
  const walks = sessionWalks(sequences, sequences.sessionOrder);
  assert.deepEqual(
    [[...walks.starts], [...walks.ends]],
    [
      [0, 4, 2],
      [1, 6, 3],
    ],
  );
  const targets = nextEventTargets(sequences, 0.25);
  const answers = [0, 2, 4, 5].map(targets.answerAfter);
  assert.deepEqual(answers, [1, 3, 5, 6]);
  assert.deepEqual(answers.map(targets.weightOf), [0.25, 1, 1, 0.25]);
});

test("across a listener's sessions the answer is ahead, and never past the end", async () => {
  const sequences = await readSequences(await writeTestLog(PLAYS), RULES);
  const walks = listenerWalks(sequences, sequences.sessionOrder, 100);
  assert.deepEqual(
    [[...walks.starts], [...walks.ends]],
    [
      [0, 4],
      [4, 7],
    ],
  );
  const draw = { skippedTargetWeight: 1, horizon: { min: 2, max: 2 }, random: () => 0.5 };
  const { answerAfter } = aheadTargets(sequences, walks, draw);
  assert.deepEqual([...sequences.track.keys()].map(answerAfter), [2, 3, 3, -1, 6, 6, -1]);
  const pieces = listenerWalks(sequences, sequences.sessionOrder, 2);
  assert.deepEqual([...pieces.starts], [0, 2, 4]);
});

test("a log without plays, or with none of the tracks often enough, is refused", async () => {
  const starts = await writeTestLog([{ track: x, kind: "started" }]);
  await assert.rejects(readSequences(starts, RULES), failure("bad_log_folder"));
  const rare = readSequences(await writeTestLog(PLAYS), { ...RULES, trackSupportMin: 9 });
  await assert.rejects(rare, failure("bad_configuration"));
});

function failure(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Failure && error.code === code;
}
