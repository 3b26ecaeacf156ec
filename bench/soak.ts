import { drawTable } from "../cli/table.ts";
import { RecommenderService } from "../proto/gen/segue/v1/recommender.ts";
import type { BenchOptions } from "./bench.ts";
import { type Http2Load, requireNoErrors } from "./http2-load.ts";
import { startHttp2Loader } from "./http2-loader.ts";
import { percentile } from "./measure.ts";
import { type Sample, slopeOf } from "./memory-slope.ts";
import { pinTo } from "./pinning.ts";
import { descriptorsOfProcess, memoryBytesOfProcess } from "./process-size.ts";
import { openScorerWorld, type ScorerWorld } from "./scorer-world.ts";
import { addSecondBundle, disturb, fillCatalogue } from "./soak-disturbances.ts";

const CONNECTIONS = 16;
const FULL = {
  tracks: 20_000,
  listeners: 2_000,
  k: 20,
  minutes: 30,
  fillMinutes: 4,
  loadSeconds: 5,
  calmSeconds: 30,
  swapMs: 10_000,
};
const QUICK = {
  tracks: 2_000,
  listeners: 100,
  k: 20,
  minutes: 0.2,
  fillMinutes: 0.02,
  loadSeconds: 1,
  calmSeconds: 2,
  swapMs: 2_000,
};
/** So many times as often bundles are exchanged, and so many times as much is heard, while memory
 *  fills: what a process keeps for its young objects grows with each of them up to its bound, which
 *  would look like memory that is lost. */
const FILL_FACTOR = 10;
const LISTENING_RATE = 100;
const BAD_SHARE = 0.01;
const SLICE_SECONDS = 0.25;
/** Whole collections come every few seconds. */
const LOOK_AT_HEAP_MS = 2_000;
const MIB = 1024 * 1024;
const { path } = RecommenderService.nextTracks;

/** Asks a scorer at half of what it can answer, while bundles are exchanged, the catalogue changes,
 *  ingest hears, and one request of a hundred is bad; says what failed and how memory grew. */
export async function soak({ json, quick, sizes: given, progress }: BenchOptions): Promise<string> {
  const sizes = quick ? QUICK : FULL;
  const minutes = given.minutes ?? sizes.minutes;
  progress("makes a world, and lets ingest hear it");
  const tracks = given.tracks ?? sizes.tracks;
  const world = await openScorerWorld({ ...sizes, tracks, bundle: undefined });
  await addSecondBundle(world);
  await fillCatalogue(world);
  const loader = await startHttp2Loader();
  const pinned =
    given.cores !== undefined && keepApart(world, [loader.pid, process.pid], given.cores);
  const { port, messages } = world;
  const load = loader.open({ path, port, messages, connections: CONNECTIONS });
  const toFill = world.listenOn(FILL_FACTOR * LISTENING_RATE);
  let beside: ReturnType<ScorerWorld["listenOn"]> | undefined;
  try {
    const rps = await closedLoopRps(load, sizes.loadSeconds);
    const rate = rps / 2;
    const badPerSecond = rate * BAD_SHARE;
    progress(`asks ${rate.toFixed(0)} times a second, and exchanges quickly, so that memory fills`);
    const filling = disturb(world, { swapMs: sizes.swapMs / FILL_FACTOR, badPerSecond });
    await askFor(world, load, { rate, minutes: sizes.fillMinutes, progress });
    await filling.stop();
    await toFill.stop();
    beside = world.listenOn(LISTENING_RATE);
    progress("disturbs nothing for a while");
    const calm = await load.openLoop(rate, sizes.calmSeconds);
    progress(`asks ${rate.toFixed(0)} times a second for ${minutes} min`);
    const disturbing = disturb(world, { swapMs: sizes.swapMs, badPerSecond });
    const asked = await askFor(world, load, { rate, minutes, progress });
    const disturbed = await disturbing.stop();
    // A machine may have become slower meanwhile.
    const calmAgain = await load.openLoop(rate, sizes.calmSeconds);
    const calmP99Ms = percentile([...calm.latenciesMs, ...calmAgain.latenciesMs], 0.99);
    const figures = {
      quick,
      minutes,
      tracks: world.tracks,
      ...(pinned && { server_cores: given.cores }),
      closed_loop_rps: rps,
      asked_per_second: rate,
      ...asked,
      undisturbed_p99_ms: calmP99Ms,
      p99_of_undisturbed: asked.p99_ms / calmP99Ms,
      ...disturbed,
      events_heard_meanwhile: await beside.stop(),
    };
    return json ? `${JSON.stringify(figures, null, 2)}\n` : table(figures);
  } finally {
    load.close();
    await loader.close();
    await toFill.stop();
    await beside?.stop();
    await world.close();
  }
}

/** The scorer on the first `cores` cores, all else on the next one. */
function keepApart(world: ScorerWorld, others: readonly number[], cores: number): boolean {
  const kept = [
    pinTo([0, cores - 1], world.scorer.process.pid!),
    ...[world.ingest.process.pid!, ...others].map((pid) => pinTo(cores, pid)),
  ];
  return kept.every(Boolean);
}

async function closedLoopRps(load: Http2Load, seconds: number): Promise<number> {
  // The first turn warms up.
  requireNoErrors(await load.closedLoop(seconds));
  const result = await load.closedLoop(seconds);
  requireNoErrors(result);
  return result.latenciesMs.length / result.seconds;
}

async function askFor(
  world: ScorerWorld,
  load: Http2Load,
  options: {
    readonly rate: number;
    readonly minutes: number;
    readonly progress: BenchOptions["progress"];
  },
) {
  const { rate, minutes, progress } = options;
  const processes = { scorer: sampled(world, "scorer"), ingest: sampled(world, "ingest") };
  const latenciesMs: number[] = [];
  let errors = 0;
  let shed = 0;
  const startedMs = performance.now();
  const lengthMs = minutes * 60_000;
  let minute = 0;
  for (let atMs = 0; atMs < lengthMs; atMs = performance.now() - startedMs) {
    if (Math.floor(atMs / 60_000) > minute) {
      minute = Math.floor(atMs / 60_000);
      progress(`has asked for ${minute} min, ${errors} errors`);
    }
    const result = await load.openLoop(rate, SLICE_SECONDS);
    for (const latencyMs of result.latenciesMs) latenciesMs.push(latencyMs);
    errors += result.errors - result.shed;
    shed += result.shed;
    for (const { take } of Object.values(processes)) await take(atMs);
  }
  return {
    requests: latenciesMs.length + errors + shed,
    errors,
    // Refused early, with the word to come again: where the machine has something else to do.
    shed,
    p50_ms: percentile(latenciesMs, 0.5),
    p99_ms: percentile(latenciesMs, 0.99),
    scorer: processes.scorer.growth(),
    ingest: processes.ingest.growth(),
  };
}

/** Samples what a process takes, and what of it is in use. */
function sampled(world: ScorerWorld, name: "scorer" | "ingest") {
  const { pid } = world[name].process;
  const memory: Sample[] = [];
  const liveHeap: Sample[] = [];
  const descriptors: number[] = [];
  return {
    async take(atMs: number): Promise<void> {
      memory.push({ atMs, value: memoryBytesOfProcess(pid!) / MIB });
      descriptors.push(descriptorsOfProcess(pid!));
      if (atMs - (liveHeap.at(-1)?.atMs ?? -LOOK_AT_HEAP_MS) < LOOK_AT_HEAP_MS) return;
      const bytes = await world.metric("segue_live_heap_bytes", world[name]);
      liveHeap.push({ atMs, value: bytes / MIB });
    },
    growth: () => ({
      memory_mib: growthOf(memory),
      // What a process takes also changes with what V8 and the allocator keep in reserve.
      live_heap_mib: growthOf(liveHeap),
      descriptors: { least: Math.min(...descriptors), most: Math.max(...descriptors) },
    }),
  };
}

function growthOf(samples: readonly Sample[]) {
  const { perHour, low, high } = slopeOf(samples);
  return {
    first: samples[0]?.value,
    last: samples.at(-1)?.value,
    per_hour: perHour,
    per_hour_interval: [low, high],
  };
}

type Figures = { readonly undisturbed_p99_ms: number } & Awaited<ReturnType<typeof askFor>> &
  Awaited<ReturnType<ReturnType<typeof disturb>["stop"]>>;

function table(figures: Figures): string {
  const { requests, errors, shed, bad_requests: bad, bad_not_refused: wrong } = figures;
  const columns = [
    { title: "process" },
    ...["MiB at first", "at last", "MiB/h", "interval of 95%", "descriptors"].map((title) => ({
      title,
      right: true,
    })),
  ];
  const rows = (["scorer", "ingest"] as const).flatMap((name) => {
    const { memory_mib: memory, live_heap_mib: live, descriptors } = figures[name];
    return [
      [name, ...cellsOf(memory), `${descriptors.least} … ${descriptors.most}`],
      ["  JavaScript's in use", ...cellsOf(live), ""],
    ];
  });
  return (
    `${errors} of ${requests} requests failed, ${shed} were told to come again;` +
    ` ${wrong} of ${bad} bad ones were not refused;` +
    ` ${figures.bundle_swaps} swaps, ${figures.catalogue_changes} changes of the catalogue;` +
    ` p50 ${figures.p50_ms.toFixed(2)} ms, p99 ${figures.p99_ms.toFixed(2)} ms` +
    ` (${figures.undisturbed_p99_ms.toFixed(2)} ms before)\n\n` +
    drawTable(columns, rows)
  );
}

function cellsOf(growth: ReturnType<typeof growthOf>): string[] {
  const { first, last, per_hour: perHour, per_hour_interval: interval } = growth;
  return [
    ...[first, last].map((value) => value?.toFixed(1) ?? ""),
    perHour.toFixed(1),
    interval.map((value) => value.toFixed(1)).join(" … "),
  ];
}
