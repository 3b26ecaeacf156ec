import type { Course, StepRunner } from "../core/bundle/step-runner.ts";
import type { Partition } from "../core/domain/ids.ts";
import type { EventLog, LogRecord } from "../core/log/event-log.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import type { StoreCommit } from "../core/state/session-store.ts";
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
  const { promise: allRead, resolve } = Promise.withResolvers<void>();
  const subscription = await log.subscribe(group, {
    resumeFrom: () => 0 as LogRecord["offset"],
    async onBatch(batch) {
      for (const record of batch.records) records.push(record);
      if (records.length >= count) resolve();
    },
    onOutOfRange: (_, __, { first }) => first,
  });
  await allRead;
  await subscription.close();
  requireThat(records.length === count, `the log gave ${records.length} of ${count} records`);
  return records;
}
