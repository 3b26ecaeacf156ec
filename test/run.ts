import { readdirSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { spec, type TestEvent } from "node:test/reporters";
import { runFiles } from "./run-files.ts";

const ROOT = join(import.meta.dirname, "..");
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
  return report(files);
}

function testFiles(): string[] {
  const entries = readdirSync(ROOT, { recursive: true, encoding: "utf8" });
  return entries.filter((path) => path.endsWith(".test.ts") && !NOT_OURS.test(path)).sort();
}

/** Prints each file's tests together when the file has ended. */
async function report(files: readonly string[]): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const events = new PassThrough({ objectMode: true });
  const printed = print(events);
  await runFiles(
    files.map((path) => ({ path })),
    (_, ofFile) => {
      for (const event of ofFile) {
        count(counts, event);
        events.write(event);
      }
    },
  );
  events.end();
  await printed;
  return counts;
}

async function print(events: PassThrough): Promise<void> {
  for await (const text of events.compose(new spec())) process.stdout.write(text);
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
