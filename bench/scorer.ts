import { drawTable } from "../cli/table.ts";
import { RecommenderService } from "../proto/gen/segue/v1/recommender.ts";
import type { BenchOptions } from "./bench.ts";
import { startEcho } from "./echo.ts";
import { type ExplainedLists, explainedLists } from "./explained-lists.ts";
import { type Http2Load, type LoadResult, requireNoErrors } from "./http2-load.ts";
import { type Http2Loader, startHttp2Loader } from "./http2-loader.ts";
import { percentile } from "./measure.ts";
import { pinTo } from "./pinning.ts";
import { cpuUsOfProcess } from "./process-cpu.ts";
import { openScorerWorld, type ScorerWorld } from "./scorer-world.ts";

const CONNECTIONS = 16;
/** Of explained lists so few are asked for in a second that less would give a p99 of chance. */
const FULL = {
  world: { tracks: 60_000, listeners: 2_000, k: 20 },
  closed: { rounds: 4, seconds: 3 },
  openSeconds: 8,
  explained: { rounds: 4, seconds: 10 },
};
const QUICK = {
  world: { tracks: 5_000, listeners: 200, k: 20 },
  closed: { rounds: 2, seconds: 0.5 },
  openSeconds: 1,
  explained: { rounds: 2, seconds: 1 },
};
const OPEN_RATES = [250, 500, 1_000, 2_000];
/** Events a second that ingest hears meanwhile. */
const LISTENING_RATE = 200;
const [SERVER_CORE, LOAD_CORE] = [0, 1];
const { path } = RecommenderService.nextTracks;
/** A call of the scorer's own server that does no work: what gRPC costs in that very process. */
const HEALTH_PATH = "/grpc.health.v1.Health/Check";
const LISTS = "segue_recommendations_total";
const HURRIED = "segue_recommendations_hurried_total";

/** What a list costs a scorer on one core, beside an ingest that hears, and how long it takes by
 *  load. Two empty replies are asked for in turns with it: of a bare grpc-js server, whose code
 *  nothing else drives out of the caches, and of the scorer's own, by a check of its health. */
export async function scorer({ json, quick, bundle, progress }: BenchOptions): Promise<string> {
  const sizes = quick ? QUICK : FULL;
  progress("makes a world, and lets ingest hear it");
  const world = await openScorerWorld({ ...sizes.world, bundle });
  const echo = await startEcho(new Uint8Array(0));
  const loader = await startHttp2Loader();
  const pids = [world.scorer.process.pid!, echo.process.pid!];
  const pinned = [
    ...pids.map((pid) => pinTo(SERVER_CORE, pid)),
    ...[world.ingest.process.pid!, loader.pid, process.pid].map((pid) => pinTo(LOAD_CORE, pid)),
  ];
  const beside = world.listenOn(LISTENING_RATE);
  try {
    progress("asks the scorer and a bare server, in turns");
    const closed = await closedLoops({ world, echo, loader }, sizes.closed);
    const open = await openLoops({ world, loader }, sizes.openSeconds, progress);
    progress("asks for explained lists and plain ones, in turns, of a scorer on all cores");
    pinTo([SERVER_CORE, LOAD_CORE], world.scorer.process.pid!);
    const why = await explainedLists(world, loader, sizes.explained);
    const figures = {
      quick,
      bundle: bundle ?? "random weights",
      tracks: world.tracks,
      pinned: pinned.every(Boolean),
      ...closed,
      open_loop: open,
      explained_lists: why,
      events_heard_meanwhile: await beside.stop(),
    };
    return json ? `${JSON.stringify(figures, null, 2)}\n` : table(figures);
  } finally {
    await beside.stop();
    await loader.close();
    await echo.close();
    await world.close();
  }
}

interface Asked {
  readonly world: ScorerWorld;
  readonly echo: Awaited<ReturnType<typeof startEcho>>;
  readonly loader: Http2Loader;
}

async function closedLoops(
  { world, echo, loader }: Asked,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
) {
  const shared = { path, messages: world.messages, connections: CONNECTIONS };
  const { port, scorer } = world;
  const health = { ...shared, path: HEALTH_PATH, messages: [new Uint8Array(0)] };
  const servers = [
    newServer(loader.open({ ...shared, port }), scorer.process.pid!),
    newServer(loader.open({ ...shared, port: echo.port }), echo.process.pid!),
    newServer(loader.open({ ...health, port }), scorer.process.pid!),
  ] as const;
  // The first turn of each warms it up.
  for (let round = 0; round <= rounds; round++) {
    for (const server of servers) await turn(server, seconds, round > 0);
  }
  for (const { load } of servers) load.close();
  const [own, empty, checked] = servers.map(({ totals }) => ({
    closed_loop_rps: totals.calls / totals.seconds,
    cpu_us_per_request: totals.cpuUs / totals.calls,
  }));
  return {
    ...own!,
    hurried_share: (await world.metric(HURRIED)) / (await world.metric(LISTS)),
    empty_reply: empty!,
    cpu_of_empty_replies: own!.cpu_us_per_request / empty!.cpu_us_per_request,
    health_check: checked!,
    cpu_of_health_checks: own!.cpu_us_per_request / checked!.cpu_us_per_request,
  };
}

function newServer(load: Http2Load, pid: number) {
  return { load, pid, totals: { calls: 0, seconds: 0, cpuUs: 0 } };
}

async function turn(
  { load, pid, totals }: ReturnType<typeof newServer>,
  seconds: number,
  counts: boolean,
): Promise<void> {
  const beforeUs = cpuUsOfProcess(pid);
  const result = await load.closedLoop(seconds);
  requireNoErrors(result);
  if (!counts) return;
  totals.cpuUs += cpuUsOfProcess(pid) - beforeUs;
  totals.calls += result.latenciesMs.length;
  totals.seconds += result.seconds;
}

async function openLoops(
  { world, loader }: Omit<Asked, "echo">,
  seconds: number,
  progress: BenchOptions["progress"],
): Promise<Record<string, ReturnType<typeof latencies>>> {
  const results: Record<string, ReturnType<typeof latencies>> = {};
  const { port, messages } = world;
  for (const rate of OPEN_RATES) {
    progress(`asks ${rate} times a second`);
    const load = loader.open({ path, port, messages, connections: CONNECTIONS });
    results[rate] = latencies(await load.openLoop(rate, seconds));
    load.close();
  }
  return results;
}

function latencies({ latenciesMs, errors, seconds }: LoadResult) {
  return {
    p50_ms: percentile(latenciesMs, 0.5),
    p90_ms: percentile(latenciesMs, 0.9),
    p99_ms: percentile(latenciesMs, 0.99),
    errors,
    answered_per_second: latenciesMs.length / seconds,
  };
}

function table(
  figures: Awaited<ReturnType<typeof closedLoops>> & {
    readonly open_loop: Awaited<ReturnType<typeof openLoops>>;
    readonly explained_lists: ExplainedLists;
  },
): string {
  const columns = ["asked/s", "answered/s", "p50 ms", "p90 ms", "p99 ms", "errors"].map(
    (title) => ({
      title,
      right: true,
    }),
  );
  const rows = Object.entries(figures.open_loop).map(([rate, found]) => [
    rate,
    found.answered_per_second.toFixed(0),
    ...[found.p50_ms, found.p90_ms, found.p99_ms].map((value) => value.toFixed(2)),
    String(found.errors),
  ]);
  const { closed_loop_rps: rps, cpu_us_per_request: cpuUs, empty_reply: empty } = figures;
  const { health_check: checked, hurried_share: hurried, explained_lists: why } = figures;
  return (
    `${rps.toFixed(0)} requests/s over ${CONNECTIONS} connections, ${cpuUs.toFixed(0)} us of CPU` +
    ` each: ${figures.cpu_of_empty_replies.toFixed(2)} empty replies of` +
    ` ${empty.cpu_us_per_request.toFixed(0)} us from a bare grpc-js server,` +
    ` ${figures.cpu_of_health_checks.toFixed(2)} checks of the scorer's own health of` +
    ` ${checked.cpu_us_per_request.toFixed(0)} us. Of these lists` +
    ` ${(100 * hurried).toFixed(1)}% went without something, so as to be in time.` +
    ` To explain one adds ${why.more_p50_ms.toFixed(2)} ms to its p50, and` +
    ` ${why.more_p99_ms.toFixed(2)} ms to its p99, where two cores are free.` +
    `\n\n${drawTable(columns, rows)}`
  );
}
