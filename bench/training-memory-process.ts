import { buildSources } from "../trainer/build-sources.ts";
import { parseTrainingConfig } from "../trainer/config.ts";
import { prepareLog } from "../trainer/prepare/prepare-log.ts";
import { newHearing } from "../trainer/read-log.ts";
import type { Sequences } from "../trainer/sequences.ts";
import { trainInWorker } from "../trainer/train-in-worker.ts";
import { planValidation } from "../trainer/validation-plan.ts";
import { largeLog } from "./large-log.ts";

/** What one part of a training took, in the process that this file is run as. */
export interface MeasuredPhase {
  readonly phase: string;
  readonly cpu_seconds: number;
  /** Of the process since its start. */
  readonly peak_rss_mb: number;
}

/** What the process prints, as JSON. */
export interface TrainingMemory {
  readonly events: number;
  readonly sessions: number;
  readonly listeners: number;
  readonly tracks: number;
  /** Of the log as it is held while models learn. */
  readonly bytes_per_event: number;
  readonly phases: readonly MeasuredPhase[];
}

/** So many events of each model show what its first batches take. */
const LEARNED_EVENTS = 20_000;
const SEED = 1;

process.stdout.write(`${JSON.stringify(await measure(Number(process.argv[2])))}\n`);

/** Hears and prepares a log, begins to learn both models side by side, and counts all sources. */
async function measure(events: number): Promise<TrainingMemory> {
  const config = parseTrainingConfig({});
  const phases: MeasuredPhase[] = [];
  let cpuSeconds = 0;
  const ends = (phase: string) => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const cpu = (userCPUTime + systemCPUTime) / 1e6;
    phases.push({ phase, cpu_seconds: cpu - cpuSeconds, peak_rss_mb: maxRSS / 1024 });
    cpuSeconds = cpu;
    process.stderr.write(`${phase} ends at ${(maxRSS / 1024).toFixed(0)} MB\n`);
  };
  const hearing = newHearing(events, config.idleTimeoutMs);
  for (const block of largeLog(events, SEED)) hearing.take(block);
  const log = hearing.finished(true);
  ends("making and hearing events");
  const { sequences, split } = prepareLog(log, config);
  const validation = planValidation(split, config);
  ends("preparing");
  const models = (["short", "long"] as const).map(async (name) => {
    const enough = new AbortController();
    const learned = { sequences, split, validation, config: config[name], refit: true };
    const progress = ({ events }: { readonly events: number }) => {
      if (events >= LEARNED_EVENTS) enough.abort();
    };
    const told = { progress, notice: () => undefined };
    const task = { name, ...learned, seed: 1, checkpoints: undefined };
    await trainInWorker(task, told, enough.signal).catch((error) => {
      if (!enough.signal.aborted) throw error;
    });
  });
  await Promise.all(models);
  ends("first batches of both models");
  buildSources(sequences, sequences.sessionOrder, config);
  ends("counting sources");
  return { ...sizes(sequences), bytes_per_event: bytesOf(sequences), phases };
}

function sizes({ track, sessionOrder, listenerStarts, trackIds }: Sequences) {
  return {
    events: track.length,
    sessions: sessionOrder.length,
    listeners: listenerStarts.length - 1,
    tracks: trackIds.length,
  };
}

function bytesOf(sequences: Sequences): number {
  const columns = [...Object.values(sequences), ...Object.values(sequences.features)];
  const bytes = columns.map((column) => (ArrayBuffer.isView(column) ? column.byteLength : 0));
  return bytes.reduce((sum, length) => sum + length, 0) / sequences.track.length;
}
