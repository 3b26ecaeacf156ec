import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
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
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
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

async function report(files: readonly string[]): Promise<Counts> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const tests = run({
    files: files.map((path) => join(ROOT, path)),
    cwd: ROOT,
    concurrency: FILES_AT_A_TIME,
    timeout: FILE_TIMEOUT_MS,
  });
  tests.on("test:pass", ({ skip, todo, details }) => {
    if (details.type === "suite") return;
    if (skip !== undefined || todo !== undefined) counts.skipped += 1;
    else counts.passed += 1;
  });
  tests.on("test:fail", ({ details }) => {
    if (details.type !== "suite") counts.failed += 1;
  });
  for await (const text of tests.compose(new spec())) process.stdout.write(text);
  return counts;
}

/** Leaves in order on a signal, so that the broker's process ends too. */
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
const { passed, failed, skipped } = await runTests(process.argv.slice(2));
if (passed + failed + skipped === 0) console.log("no test matches");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
