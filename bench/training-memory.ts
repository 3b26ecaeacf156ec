import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { drawTable } from "../cli/table.ts";
import { writeLogFolder } from "../core/log-folder/write-log-folder.ts";
import { IDLE_TIMEOUT_MS } from "../core/state/session-cut.ts";
import { readLog } from "../trainer/read-log.ts";
import type { BenchOptions } from "./bench.ts";
import { requireThat } from "./did-not-happen.ts";
import { largeLog } from "./large-log.ts";
import { cpuUsOf } from "./measure.ts";
import { endsWithUs } from "./temporary.ts";
import type { TrainingMemory } from "./training-memory-process.ts";

const FULL_EVENTS = 10_000_000;
const QUICK_EVENTS = 200_000;
/** Of these, reading is measured from a log folder. */
const READ_EVENTS_MAX = 1_000_000;
const PROCESS = fileURLToPath(new URL("./training-memory-process.ts", import.meta.url));

/** How much memory a training takes on a log of many events, by part, in a process of its own. Its
 *  events are made as the reader of a log folder gives them, block by block; what reading them from
 *  a folder costs is measured on the first million. Resolves with the text for stdout. */
export async function trainingMemory(options: BenchOptions): Promise<string> {
  const events = options.sizes.events ?? (options.quick ? QUICK_EVENTS : FULL_EVENTS);
  const readEvents = Math.min(READ_EVENTS_MAX, events);
  options.progress(`writes a log of ${readEvents} events and reads it`);
  const read_cpu_us_per_event = await measureReading(readEvents);
  options.progress(`hears ${events} events, begins to learn, and counts sources`);
  const running = promisify(execFile)(process.execPath, [PROCESS, String(events)]);
  endsWithUs(running.child);
  const memory: TrainingMemory = JSON.parse((await running).stdout);
  requireThat(memory.phases.length === 4, "the measured process did not end each part");
  const figures = { ...memory, read_cpu_us_per_event };
  return options.json ? `${JSON.stringify(figures, null, 2)}\n` : tableOf(figures);
}

/** CPU time of reading an event from a log folder, every thread of it. */
async function measureReading(events: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "segue-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const meta = { name: "large", clock: "real", madeBy: { bench: "training-memory" } } as const;
  const writer = await writeLogFolder(folder, meta);
  for (const block of largeLog(events, 1)) {
    for (const event of block) await writer.event(event);
  }
  await writer.close();
  const cpuUs = await cpuUsOf(async () => {
    const log = await readLog(folder, IDLE_TIMEOUT_MS);
    requireThat(log.track.length === events, `${log.track.length} of ${events} events were read`);
  });
  return cpuUs / events;
}

function tableOf(figures: TrainingMemory & { readonly read_cpu_us_per_event: number }): string {
  const { events, sessions, listeners, tracks } = figures;
  const counts = Object.entries({ events, sessions, listeners, tracks });
  const told = counts.map(([name, count]) => `${count.toLocaleString("en-US")} ${name}`);
  const table = drawTable(
    [
      { title: "part" },
      { title: "CPU s", right: true },
      { title: "CPU µs an event", right: true },
      { title: "peak RSS so far, MB", right: true },
    ],
    figures.phases.map(({ phase, cpu_seconds, peak_rss_mb }) => [
      phase,
      cpu_seconds.toFixed(1),
      ((1e6 * cpu_seconds) / events).toFixed(2),
      peak_rss_mb.toFixed(0),
    ]),
  );
  const held = figures.bytes_per_event.toFixed(1);
  const read = figures.read_cpu_us_per_event.toFixed(2);
  return `${told.join(", ")}; held in ${held} bytes an event\n\n${table}
reading from a log folder: ${read} µs of CPU an event\n`;
}
