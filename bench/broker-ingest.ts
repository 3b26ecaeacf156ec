import { cpus } from "node:os";
import { drawTable } from "../cli/table.ts";
import { keepObjectsYoung } from "../cli/young-objects.ts";
import type { StepRunner } from "../core/bundle/step-runner.ts";
import { startWorkerRunner } from "../core/bundle/worker-runner.ts";
import type { Partition } from "../core/domain/ids.ts";
import type { EventLog, LogRecord } from "../core/log/event-log.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import type { BenchOptions } from "./bench.ts";
import { type BrokerWorld, makeBrokerWorld } from "./broker-world.ts";
import { decodeBare, openPeakFlops, stepFlops } from "./ingest-limits.ts";
import { decodeAll, putAgain, readThrough, stepAll } from "./ingest-parts.ts";
import { HISTORY, LISTENERS, measureSlopes, type Slopes } from "./ingest-slopes.ts";
import type { ListeningSizes } from "./listening.ts";
import { cpuUsOf } from "./measure.ts";
import { measureIngest, type Recording } from "./whole-ingest.ts";

const FULL = { events: 2_000_000, listeners: 200_000, sample: 40_000 };
const QUICK = { events: 20_000, listeners: 2_000, sample: 8_000 };
const TRACKS = { full: 60_000, quick: 10_000 };
/** Sessions of each listener. */
const SESSIONS = 2;

/** Hears a full topic of a broker that has a core of its own, then measures each part of that by
 *  itself, and what an event costs as listeners grow old and many. Resolves with the text for
 *  stdout. */
export async function brokerIngest(options: BenchOptions): Promise<string> {
  const { json, quick, progress } = options;
  const { events, listeners, sample } = { ...(quick ? QUICK : FULL), ...options.sizes };
  const sizes: ListeningSizes = {
    tracks: quick ? TRACKS.quick : TRACKS.full,
    listeners,
    sessionsEach: SESSIONS,
    sessionEvents: events / listeners / SESSIONS,
  };
  keepObjectsYoung();
  progress("starts a broker and fills its topic");
  const world = await makeBrokerWorld(sizes, progress);
  const runner = await startWorkerRunner(world.bundle);
  try {
    progress(`ingests ${world.count} events`);
    const whole = await measureWhole(world, runner, Math.min(sample, world.count / 2));
    progress("measures old listeners, and many");
    const slopes = await measureSlopes(world, runner, quick);
    const figures = { quick, ...whole, ...slopeFigures(slopes), machine: machine(world) };
    return json ? `${JSON.stringify(figures, null, 2)}\n` : tableOf(figures);
  } finally {
    await runner.close();
    await world.close();
  }
}

/** The whole, and its parts on the last `sample` events: listeners are then known, and records as
 *  large as they get. */
async function measureWhole(world: BrokerWorld, runner: StepRunner, sample: number) {
  const { count, log, bundle } = world;
  const recording: Recording = { batches: [], commits: [] };
  const folder = world.folder("state");
  const from = count - sample;
  const { cpuUs, seconds } = await measureIngest(world, runner, { folder, recording, from });
  const sampled = recording.batches.reduce((sum, [course]) => sum + course!.owners.length, 0);
  const records = await newest(log, sample);
  const fetch = (await cpuUsOf(() => readThrough(log, "bench-fetch", count))) / count;
  const decode = (await cpuUsOf(() => decodeAll(records))) / records.length;
  const bare = (await cpuUsOf(() => decodeBare(records))) / records.length;
  const lanes = log.partitions;
  const step = (await cpuUsOf(() => stepAll(runner, recording.batches, lanes))) / sampled;
  const store = openLmdbStore(folder);
  const committed = recording.commits.reduce((sum, { position, expectedNext }) => {
    return sum + position.next - expectedNext;
  }, 0);
  const put = (await cpuUsOf(() => putAgain(store, recording.commits))) / committed;
  await store.close();
  const peak = await openPeakFlops();
  const stepAtPeak = (stepFlops(bundle) / (await peak.measure())) * 1e6;
  await peak.close();
  const whole = cpuUs / count;
  return {
    events: count,
    events_per_second: count / seconds,
    // Of a rebuild, too, which is just this: the whole log heard into an empty store.
    events_per_cpu_second: 1e6 / whole,
    cpu_us_per_event: whole,
    cpu_us_by_part: { fetch, decode, step, put, rest: whole - fetch - decode - step - put },
    share_of_limit: { decode: bare / decode, step: stepAtPeak / step },
  };
}

/** The newest records of a log, as many of each partition. */
async function newest(log: EventLog, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let index = 0; index < log.partitions; index++) {
    const partition = index as Partition;
    const { first, next } = await log.watermarks(partition);
    const from = Math.max(first, next - Math.ceil(count / log.partitions));
    for (let at = from; at < next; ) {
      const read = await log.read(partition, at as typeof first, next - at);
      records.push(...read);
      at += read.length;
    }
  }
  return records;
}

function slopeFigures({ byHistory, byListeners, ...bytes }: Slopes) {
  return {
    bytes_per_listener: bytes.grownBytes,
    packed_bytes_per_listener: bytes.packedBytes,
    evicted_bytes_per_listener: bytes.evictedBytes,
    gigabytes_for_10_million_listeners: (MANY * bytes.grownBytes) / 1e9,
    slope_by_history: slopePerTenfold(byHistory),
    slope_by_listeners: slopePerTenfold(byListeners),
    cpu_us_by_history: Object.fromEntries(byHistory),
    cpu_us_by_listeners: Object.fromEntries(byListeners),
  };
}

const MANY = 10_000_000;

/** By which share of its mean the cost grows with each tenfold, by least squares: 0 is flat. */
function slopePerTenfold(points: readonly (readonly [size: number, costUs: number])[]): number {
  const meanX = points.reduce((sum, [size]) => sum + Math.log10(size), 0) / points.length;
  const meanY = points.reduce((sum, [, costUs]) => sum + costUs, 0) / points.length;
  let products = 0;
  let squares = 0;
  for (const [size, costUs] of points) {
    products += (Math.log10(size) - meanX) * (costUs - meanY);
    squares += (Math.log10(size) - meanX) ** 2;
  }
  return products / squares / meanY;
}

function machine({ pinned }: BrokerWorld) {
  return { cores: cpus().length, cpu: cpus()[0]?.model ?? "", node: process.version, pinned };
}

type Figures = Awaited<ReturnType<typeof measureWhole>> & ReturnType<typeof slopeFigures>;

function tableOf(figures: Figures): string {
  const parts = Object.entries(figures.cpu_us_by_part);
  const rows: [string, string][] = [
    ["events a second, from the broker to the disk", figures.events_per_second.toFixed(0)],
    ["events for each second of CPU, as in a rebuild", figures.events_per_cpu_second.toFixed(0)],
    ["CPU µs an event", figures.cpu_us_per_event.toFixed(2)],
    ...parts.map(([part, us]): [string, string] => [`  ${part}`, us.toFixed(2)]),
    ["bytes on disk a listener, as written", figures.bytes_per_listener.toFixed(0)],
    ["… restored from a snapshot", figures.packed_bytes_per_listener.toFixed(0)],
    ["… and evicted, after a long silence", figures.evicted_bytes_per_listener.toFixed(0)],
    ["gigabytes for 10 million", figures.gigabytes_for_10_million_listeners.toFixed(1)],
    [`growth of cost per tenfold: ${HISTORY}`, percent(figures.slope_by_history)],
    [`growth of cost per tenfold: ${LISTENERS}`, percent(figures.slope_by_listeners)],
  ];
  return drawTable([{ title: "ingest" }, { title: "", right: true }], rows);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
