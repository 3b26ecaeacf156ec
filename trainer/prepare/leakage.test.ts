import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import type { ListenerId, SessionId, TrackId } from "../../core/domain/ids.ts";
import { chainedPlays, type SparseEvent, writeTestLog } from "../../test/support/played-logs.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { buildSources } from "../build-sources.ts";
import { parseTrainingConfig } from "../config.ts";
import { planPass } from "../plan-pass.ts";
import { seededRandom } from "../random.ts";
import { readLog } from "../read-log.ts";
import { sizeByLog } from "../size-by-log.ts";
import { train } from "../train.ts";
import { planValidation } from "../validation-plan.ts";
import { prepareLog } from "./prepare-log.ts";

const SESSIONS = 120;
const HELD = 12;
const model = { hidden: 8, dimension: 8, lanes: 8, negatives: 8, epochs: 1 };
const config = parseTrainingConfig({
  validationShare: HELD / SESSIONS,
  refit: false,
  short: model,
  long: model,
});

/** The same log twice; in the second one the held-back sessions hold other plays. */
const plays = chainedPlays(SESSIONS, 1);
const changed = plays.map((play, place): SparseEvent => {
  const isHeld = place >= (SESSIONS - HELD) * 8;
  return isHeld ? { ...play, track: "t4" as TrackId, kind: "skipped", playedMs: 1 } : play;
});

test("weights that are measured do not depend on what the held-back sessions hold", async () => {
  // Both logs have a skip before the split, so that the models hear the same features.
  const skip = { ...plays[0]!, kind: "skipped", playedMs: 1, trackMs: 2 } as const;
  const [one, other] = await Promise.all(
    [plays, changed].map(async (log) => {
      const logFolder = await writeTestLog([skip, ...log.slice(1)]);
      const outFolder = join(temporaryFolder(), "bundle");
      await train({ logFolder, outFolder, config, seed: 1 });
      return openBundle(outFolder);
    }),
  );
  assert.deepEqual(one!.trackIds, other!.trackIds);
  for (const name of ["short", "long"] as const) {
    const [first, second] = [one!.models[name]!, other!.models[name]!];
    assert.deepEqual(first.outputVectors, second.outputVectors);
    assert.deepEqual(first.outputBias, second.outputBias);
  }
  assert.notDeepEqual(one!.popularity, other!.popularity, "what is published counts all");
});

test("neither do the sources and the order of tracks that measure a blend", async () => {
  const [one, other] = await Promise.all(
    [plays, changed].map(async (log) => {
      const read = await readLog(await writeTestLog(log), config.idleTimeoutMs);
      const { split, sequences } = prepareLog(read, config);
      assert.equal(split.held.length, HELD);
      const sources = buildSources(split.sequences, split.trained, config);
      return { trackIds: sequences.trackIds, sources };
    }),
  );
  assert.deepEqual(one, other);
});

test("an answer that nobody knew before the split counts as a miss", async () => {
  const session = "last" as SessionId;
  const tracks = ["t1", "new", "t2", "t3"] as TrackId[];
  const last = tracks.map((track) => ({ track, session, listener: "l1" as ListenerId }));
  const log = await readLog(await writeTestLog([...plays, ...last]), config.idleTimeoutMs);
  const { split, sequences } = prepareLog(log, config);
  const { answer } = planValidation(split, config).predictions;
  assert.ok(sequences.trackIds.includes("new" as TrackId), "the published weights learn it");
  assert.deepEqual(
    [...answer.slice(-3)].map((index) => sequences.trackIds[index]),
    [undefined, "t2", "t3"],
  );
});

test("a walk stays with one listener and in time, short ones in order of time", async () => {
  const log = await readLog(await writeTestLog(plays), config.idleTimeoutMs);
  const { sequences, split } = prepareLog(log, config);
  const firstHeld = split.held.map((session) => sequences.sessionStarts[session]!);
  for (const name of ["short", "long"] as const) {
    const sized = sizeByLog(config[name], { events: plays.length, tracks: 30 });
    const random = seededRandom(1, "order");
    const { walks } = planPass(split.sequences, split.trained, sized, random);
    const listenerOf = (event: number) => {
      return sequences.listenerStarts.findLastIndex((start) => start <= event);
    };
    for (const [walk, start] of walks.starts.entries()) {
      const last = walks.ends[walk]! - 1;
      assert.ok(start <= last && listenerOf(start) === listenerOf(last));
      const held = firstHeld.filter((first) => listenerOf(first) === listenerOf(start));
      assert.ok(
        held.every((first) => last < first),
        "no walk comes to a held-back session",
      );
    }
    if (name === "long") continue;
    const began = Array.from(walks.starts, (start) => {
      return split.trained.findIndex((session) => sequences.sessionStarts[session] === start);
    });
    assert.deepEqual(
      began,
      began.toSorted((left, right) => left - right),
    );
  }
});
