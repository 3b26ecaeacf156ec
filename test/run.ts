import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { run } from "node:test";
import { spec, type TestEvent } from "node:test/reporters";
import type { Broker } from "../deploy/kafka/broker.ts";
import { ownBrokerForTests } from "../deploy/kafka/require-broker.ts";

const ROOT = join(import.meta.dirname, "..");
/** A file, its broker and training included, on a slow machine. */
const FILE_TIMEOUT_MS = 15 * 60_000;
/** Test files that run at a time: as many as the smallest machine has cores. */
const FILES_AT_A_TIME = 2;
/** What test files read to find the broker that they share. */
const SHARED_BROKERS_VARIABLE = "SEGUE_TEST_BROKERS";
const NOT_OURS = /^(node_modules|proto\/gen|\.)/;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Runs the test files whose path holds one of `wanted` (all, where none is wanted), prints each
 *  test and at the very end one line of counts. Tests that need Kafka share one broker. */
async function runTests(wanted: readonly string[]): Promise<Counts> {
  const files = testFiles().filter(
    (path) => wanted.length === 0 || wanted.some((part) => path.includes(part)),
  );
  const broker = files.some(needsBroker) ? await startSharedBroker() : undefined;
  if (broker !== undefined) process.env[SHARED_BROKERS_VARIABLE] = broker.brokers.join(",");
  try {
    return await report(files);
  } finally {
    await broker?.stop();
  }
}

function testFiles(): string[] {
  const entries = readdirSync(ROOT, { recursive: true, encoding: "utf8" });
  return entries.filter((path) => path.endsWith(".test.ts") && !NOT_OURS.test(path)).sort();
}

function needsBroker(path: string): boolean {
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

/** Runs the files in lanes, and prints each file's tests together when the file has ended. */
async function report(files: readonly string[]): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const events = new PassThrough({ objectMode: true });
  const printed = print(events);
  const left = [...files];
  const lane = async () => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      for (const event of await runFile(path)) {
        count(counts, event);
        events.write(event);
      }
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_A_TIME }, lane));
  events.end();
  await printed;
  return counts;
}

async function print(events: PassThrough): Promise<void> {
  for await (const text of events.compose(new spec())) process.stdout.write(text);
}

/** The events of one file, without the runner's sums over it. A file whose process outlives its
 *  time is ended and has failed: `node:test`'s own timeout ends only tests. */
async function runFile(path: string): Promise<TestEvent[]> {
  const events: TestEvent[] = [];
  const signal = AbortSignal.timeout(FILE_TIMEOUT_MS);
  for await (const event of run({ files: [join(ROOT, path)], cwd: ROOT, signal })) {
    const isSum = event.type === "test:diagnostic" && event.data.file === undefined;
    if (!isSum && event.type !== "test:summary") events.push(event);
  }
  return events;
}

function count(counts: Counts, event: TestEvent): void {
  if (event.type !== "test:pass" && event.type !== "test:fail") return;
  if (event.data.details.type === "suite") return;
  if (event.type === "test:fail") counts.failed += 1;
  else if (event.data.skip !== undefined || event.data.todo !== undefined) counts.skipped += 1;
  else counts.passed += 1;
}

/** Leaves in order on a signal, so that the broker's process ends too. */
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
const { passed, failed, skipped } = await runTests(process.argv.slice(2));
if (passed + failed + skipped === 0) console.log("no test matches");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
