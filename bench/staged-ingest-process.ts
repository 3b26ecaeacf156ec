import { openLog } from "../cli/open-log.ts";
import { keepObjectsYoung } from "../cli/young-objects.ts";
import { startNearRunner } from "../core/bundle/near-runner.ts";
import { openBundle } from "../core/bundle/open-bundle.ts";
import type { StepRunner } from "../core/bundle/step-runner.ts";
import { assert } from "../core/domain/failure.ts";
import { DEAD_LETTER_TOPIC, type EventLog, LISTENING_TOPIC } from "../core/log/event-log.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import type { SessionStore } from "../core/state/session-store.ts";
import { startIngest } from "../ingest/consume.ts";
import { newCounts } from "../ingest/counters.ts";
import { say, startedWith } from "./own-process.ts";
import { sharedMs } from "./shared-clock.ts";
import type { Passage, StagedStart } from "./staged-ingest.ts";

// Ingest, put together as `segue ingest` does, that notes when each batch passes its doors.

type Mutable = { -readonly [Key in keyof Passage]: Passage[Key] };

const start = startedWith<StagedStart>();
let passages: Passage[] = [];
/** The batch that has just begun; whoever begins one asks for its models at once. */
let begun: Mutable | undefined;

keepObjectsYoung();
const bundle = await openBundle(start.bundle);
const runner = await startNearRunner(bundle);
const store = openLmdbStore(start.state);
const choice = { brokers: start.brokers, topicPrefix: "" };
const log = await openLog(choice, LISTENING_TOPIC);
const deadLetters = await openLog(choice, DEAD_LETTER_TOPIC);
const subscription = await startIngest({
  log: noting(log),
  deadLetters,
  store,
  models: () => ({ bundle, runner: notingSteps(runner, begun) }),
  counts: newCounts(),
  onNotice: ({ message }) => process.stderr.write(`${message}\n`),
});

process.on("message", () => {
  say(passages);
  passages = [];
});
process.once("disconnect", async () => {
  await subscription.close();
  for (const open of [log, deadLetters, runner, store] satisfies Pick<SessionStore, "close">[]) {
    await open.close();
  }
  process.exit();
});
say({ kind: "ready" });

function noting(whole: EventLog): EventLog {
  return {
    ...whole,
    subscribe: (group, reader) =>
      whole.subscribe(group, {
        ...reader,
        async onBatch(batch, signal) {
          const { partition, records } = batch;
          const [beganMs, from] = [sharedMs(), records[0]!.offset];
          const next = records.at(-1)!.offset + 1;
          const times = { beganMs, heardMs: beganMs, steppedMs: beganMs, committedMs: beganMs };
          const passage: Mutable = { partition, from, next, ...times };
          begun = passage;
          await reader.onBatch(batch, signal);
          passage.committedMs = sharedMs();
          passages.push(passage);
        },
      }),
  };
}

function notingSteps(whole: StepRunner, passage: Mutable | undefined): StepRunner {
  const { run } = whole;
  assert(run !== undefined && passage !== undefined, "a batch asks for its models as it begins");
  return {
    ...whole,
    async run(courses) {
      passage.heardMs = sharedMs();
      const ends = await run(courses);
      passage.steppedMs = sharedMs();
      return ends;
    },
  };
}
