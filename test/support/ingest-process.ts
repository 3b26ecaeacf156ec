import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import type { Partition } from "../../core/domain/ids.ts";
import { DEAD_LETTER_TOPIC, LISTENING_TOPIC } from "../../core/log/event-log.ts";
import { writeNotice } from "../../core/log/log-notice.ts";
import { openLmdbStore } from "../../core/state/lmdb-store.ts";
import { startIngest } from "../../ingest/consume.ts";
import { newCounts } from "../../ingest/counters.ts";
import { type LogEngine, openTestLog } from "./test-log.ts";

/** Ingest as a process of its own, which ends by itself once it has applied the whole log. */
export interface IngestProcessOptions {
  readonly engine: LogEngine;
  readonly partitions: number;
  /** Folders. */
  readonly bundle: string;
  readonly store: string;
  readonly group: string;
}

export function spawnIngest(options: IngestProcessOptions): ChildProcess {
  const main = fileURLToPath(import.meta.url);
  return spawn(process.execPath, [main, JSON.stringify(options)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Resolves when a process has ended; fails unless it ended as expected. */
export async function ended(child: ChildProcess, expected: 0 | "SIGKILL"): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  const how = child.signalCode ?? child.exitCode;
  if (how !== expected) throw new Error(`ingest ended with ${how}, not ${expected}`);
}

async function main(options: IngestProcessOptions): Promise<void> {
  const { engine, partitions } = options;
  const group = "prefix" in engine ? `${engine.prefix}.${options.group}` : options.group;
  const bundle = await openBundle(options.bundle);
  const runner = await createStepRunner(bundle);
  const store = openLmdbStore(options.store);
  const log = await openTestLog(engine, LISTENING_TOPIC, partitions);
  const deadLetters = await openTestLog(engine, DEAD_LETTER_TOPIC, 1);
  const subscription = await startIngest({
    log,
    deadLetters,
    store,
    models: () => ({ bundle, runner }),
    counts: newCounts(),
    group,
    onNotice: writeNotice,
  });
  const ends = await Promise.all(
    Array.from({ length: partitions }, async (_, index) => {
      const partition = index as Partition;
      return { partition, next: (await log.watermarks(partition)).next };
    }),
  );
  const isDone = () =>
    ends.every(({ partition, next }) => next === 0 || store.position(partition)?.next === next);
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 5));
  for (const open of [subscription, log, deadLetters, runner, store]) await open.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(JSON.parse(process.argv[2]!));
