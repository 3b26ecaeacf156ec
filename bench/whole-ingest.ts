import type { Bundle } from "../core/bundle/bundle.ts";
import type { Course, StepRunner } from "../core/bundle/step-runner.ts";
import type { EventLog } from "../core/log/event-log.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import type { SessionStore, StoreCommit } from "../core/state/session-store.ts";
import { INGEST_GROUP, startIngest } from "../ingest/consume.ts";
import { newCounts } from "../ingest/counters.ts";
import { requireThat } from "./did-not-happen.ts";
import { cpuUsOf } from "./measure.ts";

/** What went through the two doors of ingest: the model runner and the store. */
export interface Recording {
  /** The courses of each batch, one of each model. */
  readonly batches: (readonly Course[])[];
  readonly commits: StoreCommit[];
}

/** A log that is about to be heard. */
export interface FullLog {
  readonly bundle: Bundle;
  readonly log: EventLog;
  readonly deadLetters: EventLog;
  /** How many events the log holds, each of which steps the models. */
  readonly count: number;
}

export interface IngestFigures {
  readonly cpuUs: number;
  readonly seconds: number;
}

/** Hears the whole log into a new store in `folder`, through the code that `segue ingest` runs, and
 *  returns what it cost from the subscription to the last durable commit. Records what it does once
 *  `from` events were applied, where `recording` is given. */
export async function measureIngest(
  { bundle, log, deadLetters, count }: FullLog,
  runner: StepRunner,
  kept: { readonly folder: string; readonly recording?: Recording; readonly from?: number },
): Promise<IngestFigures> {
  const { folder, recording, from = 0 } = kept;
  const store = openLmdbStore(folder);
  const counts = newCounts();
  const { promise: allApplied, resolve, reject } = Promise.withResolvers<void>();
  const watched = countingStore(store, count, resolve, (commit, appliedBefore) => {
    if (appliedBefore >= from) recording?.commits.push(commit);
  });
  const watchedRunner = recording ? recordingRunner(runner, recording, from) : runner;
  const startedMs = performance.now();
  let seconds = 0;
  const cpuUs = await cpuUsOf(async () => {
    const subscription = await startIngest({
      log,
      deadLetters,
      store: watched,
      models: () => ({ bundle, runner: watchedRunner }),
      counts,
      group: `${INGEST_GROUP}-${folder.slice(folder.lastIndexOf("/") + 1)}`,
      onNotice: ({ message }) => reject(new Error(`ingest noticed: ${message}`)),
    });
    await allApplied;
    seconds = (performance.now() - startedMs) / 1000;
    // A batch is counted after its commit.
    await subscription.close();
  });
  requireThat(counts.stepped === count, `ingest stepped ${counts.stepped} of ${count} events`);
  await store.close();
  return { cpuUs, seconds };
}

/** The store, with a call of `done` when so many records are durable. */
function countingStore(
  store: SessionStore,
  records: number,
  done: () => void,
  written: (commit: StoreCommit, appliedBefore: number) => void,
): SessionStore {
  let applied = 0;
  return {
    ...store,
    async commit(commit) {
      await store.commit(commit);
      written(commit, applied);
      applied += commit.position.next - commit.expectedNext;
      if (applied >= records) done();
    },
  };
}

/** Records what comes once `from` events were handed over: batches of several partitions are under
 *  way at once, so that what was applied by then says little. A runner may write into a course's
 *  memory, so what is kept is a copy. */
function recordingRunner(runner: StepRunner, { batches }: Recording, from: number): StepRunner {
  const { run } = runner;
  requireThat(run !== undefined, "the runner takes no whole courses");
  let handedOver = 0;
  return {
    ...runner,
    run(courses) {
      if (handedOver >= from) batches.push(structuredClone(courses));
      handedOver += courses.reduce((sum, { owners }) => sum + owners.length, 0);
      return run(courses);
    },
  };
}
