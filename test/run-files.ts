import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import type { TestEvent } from "node:test/reporters";
import { keepCompiled } from "../cli/keep-compiled.ts";
import type { Broker } from "../deploy/kafka/broker.ts";
import { ownBrokerForTests } from "../deploy/kafka/require-broker.ts";

const ROOT = join(import.meta.dirname, "..");
/** A file, its broker and training included, on a slow machine. */
const FILE_TIMEOUT_MS = 15 * 60_000;
/** Test files that run at a time: as many as the smallest machine has cores. */
const FILES_AT_A_TIME = 2;
/** What test files read to find the broker that they share. */
const SHARED_BROKERS_VARIABLE = "SEGUE_TEST_BROKERS";

export interface TestFile {
  /** From the repository's root. */
  readonly path: string;
  /** The tests to run; all, where none are named. */
  readonly names?: readonly string[];
}

/** Runs test files in lanes and hands over each one's events together when it has ended. Tests that
 *  need Kafka share one broker. */
export async function runFiles(
  files: readonly TestFile[],
  onFile: (file: TestFile, events: readonly TestEvent[]) => void,
): Promise<void> {
  keepCompiled();
  const broker = files.some(needsBroker) ? await startSharedBroker() : undefined;
  if (broker !== undefined) process.env[SHARED_BROKERS_VARIABLE] = broker.brokers.join(",");
  const left = [...files];
  const lane = async () => {
    for (let file = left.shift(); file !== undefined; file = left.shift()) {
      onFile(file, await runFile(file));
    }
  };
  try {
    await Promise.all(Array.from({ length: FILES_AT_A_TIME }, lane));
  } finally {
    await broker?.stop();
  }
}

function needsBroker({ path }: TestFile): boolean {
  const text = readFileSync(join(ROOT, path), "utf8");
  return text.includes("brokersForTests") && !process.env[SHARED_BROKERS_VARIABLE];
}

/** Undefined where none could be started; then each suite that needs one says so, or fails in
 *  CI. */
async function startSharedBroker(): Promise<Broker | undefined> {
  try {
    return await ownBrokerForTests();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

/** The events of one file, without the runner's sums over it. A file whose process outlives its
 *  time is ended and has failed: `node:test`'s own timeout ends only tests. */
async function runFile({ path, names }: TestFile): Promise<TestEvent[]> {
  const events: TestEvent[] = [];
  const signal = AbortSignal.timeout(FILE_TIMEOUT_MS);
  const patterns = names?.map((name) => new RegExp(`^${escaped(name)}$`));
  const chosen = patterns === undefined ? {} : { testNamePatterns: patterns };
  for await (const event of run({ files: [join(ROOT, path)], cwd: ROOT, signal, ...chosen })) {
    const isSum = event.type === "test:diagnostic" && event.data.file === undefined;
    if (!isSum && event.type !== "test:summary") events.push(event);
  }
  return events;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
