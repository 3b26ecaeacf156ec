import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
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

/** Ingest as a process of its own. */
export interface IngestProcessOptions {
  readonly engine: LogEngine;
  readonly partitions: number;
  /** Folders. */
  readonly bundle: string;
  readonly store: string;
  readonly group: string;
  /** Goes on after it has applied the whole log, where it would else end by itself. */
  readonly goesOn: boolean;
}

export interface IngestProcess {
  readonly child: ChildProcess;
  /** Resolves when it has ended; fails with what it said unless it ended as expected. */
  ended(expected: 0 | "SIGKILL"): Promise<void>;
}

export function spawnIngest(options: IngestProcessOptions): IngestProcess {
  const main = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [main, JSON.stringify(options)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said = text(child.stderr);
  const closed = once(child, "close");
  return {
    child,
    async ended(expected) {
      await closed;
      const how = child.signalCode ?? child.exitCode;
      if (how === expected) return;
      throw new Error(`ingest ended with ${how}, not ${expected}, and said: ${await said}`);
    },
  };
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
  if (options.goesOn) return;
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
