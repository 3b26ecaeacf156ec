import type { Course, StepRunner } from "../core/bundle/step-runner.ts";
import type { Offset, Partition } from "../core/domain/ids.ts";
import type { EventLog, LogRecord } from "../core/log/event-log.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import type { SessionStore, StoreCommit } from "../core/state/session-store.ts";
import { decodeEvent } from "../ingest/decode.ts";
import { requireThat } from "./did-not-happen.ts";

/** Each part of ingest by itself, on what a whole ingest was given and did. As there, the
 *  partitions go on side by side, and the batches of one follow each other. */

export function decodeAll(records: readonly LogRecord[]): void {
  for (const record of records) decodeEvent(record);
}

/** Runs the recorded courses: batches side by side in as many lanes as there are partitions. */
export async function stepAll(
  { run }: StepRunner,
  batches: readonly (readonly Course[])[],
  lanes: number,
): Promise<void> {
  requireThat(run !== undefined, "the runner takes no whole courses");
  const waiting = batches.values();
  const lane = async (): Promise<void> => {
    // The runner takes a course's memory.
    for (const courses of waiting) await run(structuredClone(courses));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Commits what was recorded to a new store. */
export async function putAll(folder: string, commits: readonly StoreCommit[]): Promise<void> {
  const store = openLmdbStore(folder);
  await byPartition(commits, (commit) => store.commit(commit));
  await store.close();
}

/** Commits what was recorded once more, after what the store holds. */
export async function putAgain(store: SessionStore, commits: readonly StoreCommit[]) {
  await byPartition(commits, async (commit) => {
    const expectedNext = store.position(commit.partition)?.next ?? commit.expectedNext;
    const next = (expectedNext + commit.position.next - commit.expectedNext) as Offset;
    await store.commit({ ...commit, expectedNext, position: { ...commit.position, next } });
  });
}

/** Runs `apply` on all commits: those of a partition in order, the partitions side by side. */
export async function byPartition<T extends { readonly partition: Partition }>(
  commits: readonly T[],
  apply: (commit: T) => Promise<unknown>,
): Promise<void> {
  const lanes = Map.groupBy(commits, ({ partition }) => partition).values();
  await Promise.all(
    Array.from(lanes, async (lane) => {
      for (const commit of lane) await apply(commit);
    }),
  );
}

/** Reads the whole log through a subscription that does nothing with it; returns the records. */
export async function readAll(log: EventLog, group: string, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  await readThrough(log, group, count, (read) => {
    for (const record of read) records.push(record);
  });
  return records;
}

/** Reads `count` records, which is the whole log, and keeps none of them. */
export async function readThrough(
  log: EventLog,
  group: string,
  count: number,
  see: (records: readonly LogRecord[]) => void = () => undefined,
): Promise<void> {
  let read = 0;
  const { promise: allRead, resolve } = Promise.withResolvers<void>();
  const subscription = await log.subscribe(group, {
    resumeFrom: () => 0 as Offset,
    async onBatch({ records }) {
      see(records);
      read += records.length;
      if (read >= count) resolve();
    },
    onOutOfRange: (_, __, { first }) => first,
  });
  await allRead;
  await subscription.close();
  requireThat(read === count, `the log gave ${read} of ${count} records`);
}
