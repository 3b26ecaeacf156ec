import { openLog } from "../cli/open-log.ts";
import type { Course, StepRunner } from "../core/bundle/step-runner.ts";
import { DEAD_LETTER_TOPIC } from "../core/log/event-log.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import type { SessionStore, StoreCommit } from "../core/state/session-store.ts";
import { startIngest } from "../ingest/consume.ts";
import { newCounts } from "../ingest/counters.ts";
import { requireThat } from "./did-not-happen.ts";
import { cpuUsOf } from "./measure.ts";
import type { World } from "./world.ts";

/** What went through the two doors of ingest: the model runner and the store. */
export interface Recording {
  /** The courses of each batch, one of each model. */
  readonly batches: (readonly Course[])[];
  readonly commits: StoreCommit[];
}

export interface IngestFigures {
  readonly cpuUs: number;
  readonly seconds: number;
}

/** Hears the whole log into a new store in `folder`, through the code that `segue ingest` runs, and
 *  returns what it cost from the subscription to the last durable commit. Records what it did where
 *  `recording` is given. */
export async function measureIngest(
  world: World,
  runner: StepRunner,
  { folder, recording }: { readonly folder: string; readonly recording?: Recording },
): Promise<IngestFigures> {
  const { home, bundle, log, events } = world;
  const store = openLmdbStore(folder);
  const deadLetters = await openLog({ folder: home.log }, DEAD_LETTER_TOPIC);
  const counts = newCounts();
  const { promise: allApplied, resolve, reject } = Promise.withResolvers<void>();
  const watched = countingStore(store, events.length, resolve, recording);
  const startedMs = performance.now();
  let seconds = 0;
  const cpuUs = await cpuUsOf(async () => {
    const subscription = await startIngest({
      log,
      deadLetters,
      store: watched,
      models: () => ({ bundle, runner: recording ? recordingRunner(runner, recording) : runner }),
      counts,
      group: folder,
      onNotice: ({ message }) => reject(new Error(`ingest noticed: ${message}`)),
    });
    await allApplied;
    seconds = (performance.now() - startedMs) / 1000;
    // A batch is counted after its commit.
    await subscription.close();
  });
  requireThat(
    counts.stepped === events.length,
    `ingest stepped ${counts.stepped} of ${events.length} events`,
  );
  for (const listener of world.lastHeardAtMs.keys()) {
    requireThat(store.read(listener) !== undefined, `the store does not hold ${listener}`);
  }
  for (const open of [store, deadLetters]) await open.close();
  return { cpuUs, seconds };
}

/** The store, with a call of `done` when so many records are durable. */
function countingStore(
  store: SessionStore,
  records: number,
  done: () => void,
  recording: Recording | undefined,
): SessionStore {
  let applied = 0;
  return {
    ...store,
    async commit(commit) {
      await store.commit(commit);
      recording?.commits.push(commit);
      applied += commit.position.next - commit.expectedNext;
      if (applied >= records) done();
    },
  };
}

/** A runner may write into a course's memory, so what is kept is a copy. */
function recordingRunner(runner: StepRunner, { batches }: Recording): StepRunner {
  const { run } = runner;
  requireThat(run !== undefined, "the runner takes no whole courses");
  return {
    ...runner,
    run(courses) {
      batches.push(structuredClone(courses));
      return run(courses);
    },
  };
}
