import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { drawTable } from "../cli/table.ts";
import type { BenchOptions } from "./bench.ts";
import { requireThat } from "./did-not-happen.ts";
import { endsWithUs } from "./temporary.ts";
import type { TrainingMemory } from "./training-memory-process.ts";
import { sizeOfLog, writeLargeLog } from "./write-large-log.ts";

const FULL_EVENTS = 10_000_000;
const QUICK_EVENTS = 200_000;
const PROCESS = fileURLToPath(new URL("./training-memory-process.ts", import.meta.url));

/** How much memory a training takes on a log of many events, and how fast it reads them. The log is
 *  written for it, and measured in a process of its own, since writing takes memory too. Resolves
 *  with the text for stdout. */
export async function trainingMemory(options: BenchOptions): Promise<string> {
  const events = options.events ?? (options.quick ? QUICK_EVENTS : FULL_EVENTS);
  const folder = mkdtempSync(join(tmpdir(), "segue-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  options.progress(`writes a log of ${events} events`);
  await writeLargeLog(folder, sizeOfLog(events), 1);
  options.progress("reads it, begins to learn, and counts sources");
  const running = promisify(execFile)(process.execPath, [PROCESS, folder]);
  endsWithUs(running.child);
  const figures: TrainingMemory = JSON.parse((await running).stdout);
  requireThat(figures.phases.length === 4, "the measured process did not end each part");
  return options.json ? `${JSON.stringify(figures, null, 2)}\n` : tableOf(figures);
}

function tableOf(figures: TrainingMemory): string {
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
  return `${told.join(", ")}; held in ${held} bytes an event\n\n${table}`;
}
