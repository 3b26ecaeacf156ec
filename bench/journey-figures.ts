import { cpus } from "node:os";
import { drawTable } from "../cli/table.ts";
import { requireThat } from "./did-not-happen.ts";
import { stepFlops } from "./ingest-limits.ts";
import type { IngestResult } from "./ingest-rounds.ts";
import type { RequestFigures } from "./requests.ts";
import type { RetrievalResult } from "./retrieval.ts";
import type { World } from "./world.ts";

export interface JourneyResults {
  readonly ingest: IngestResult;
  readonly retrieval: RetrievalResult;
  readonly scorer: RequestFigures;
  readonly echo: RequestFigures;
}

/** The parts that have a limit each. The first four are of an event, the others of a request. */
const PARTS = ["decode", "step", "put", "rest", "request", "retrieval"] as const;
type ByPart = Readonly<Record<(typeof PARTS)[number], number>>;

const LIMIT_MEANING: Readonly<Record<(typeof PARTS)[number], string>> = {
  decode: "the generated protobuf code alone, on the same records",
  step: "the GRUs' matrix products at this machine's peak in one thread",
  put: "the same bytes put into a bare LMDB in the same batches, as durably",
  rest: "reading the log and doing nothing with it",
  request: "a bare grpc-js server in its own process that answers the same bytes",
  retrieval:
    "the heads of all rows, which a scan must read, at this machine's speed of reading memory",
};

/** The figures as `--json` prints them. All times of parts and limits are microseconds of CPU, a
 *  share is limit / measured: 1 would be as cheap as the limit. */
export function journeyFigures({ bundle, events, lastHeardAtMs }: World, results: JourneyResults) {
  const { ingest, retrieval, scorer, echo } = results;
  const { decode, step, put } = ingest;
  const rest = ingest.whole - decode - step - put;
  requireThat(rest > 0, "the parts took longer than the whole: the machine is too busy to measure");
  const measured = { decode, step, put, rest, request: scorer.cpuUs, retrieval: retrieval.cpuUs };
  const limits = {
    decode: ingest.decodeBare,
    step: ingest.stepAtPeak,
    put: ingest.putBare,
    rest: ingest.read,
    request: echo.cpuUs,
    retrieval: retrieval.atBandwidthUs,
  };
  const otherUs = Math.max(0, scorer.cpuUs - echo.cpuUs - retrieval.cpuUs);
  return {
    events_per_second: ingest.eventsPerSecond,
    cpu_us_per_event: ingest.whole,
    cpu_us_by_part: { decode, step, put, rest },
    requests_per_second: scorer.perSecond,
    cpu_us_per_request: scorer.cpuUs,
    cpu_us_by_request_part: { grpc: echo.cpuUs, retrieval: retrieval.cpuUs, rest: otherUs },
    latency_ms: { p50: scorer.p50Ms, p99: scorer.p99Ms },
    share_of_limit: shares(limits, measured),
    measured,
    limits,
    limit_meaning: LIMIT_MEANING,
    bare_server: {
      requests_per_second: echo.perSecond,
      latency_ms: { p50: echo.p50Ms, p99: echo.p99Ms },
    },
    world: {
      events: events.length,
      listeners: lastHeardAtMs.size,
      tracks: bundle.trackIds.length,
    },
    machine: {
      ...processor(),
      gflops: stepFlops(bundle) / ingest.stepAtPeak / 1e3,
      memory_gb_per_second: retrieval.scanBytes / retrieval.atBandwidthUs / 1e3,
    },
  };
}

function shares(limits: ByPart, measured: ByPart): ByPart {
  const entries = PARTS.map((part) => [part, limits[part] / measured[part]]);
  return Object.fromEntries(entries) as ByPart;
}

function processor() {
  const cores = cpus();
  return { cores: cores.length, cpu: cores[0]?.model ?? "", node: process.version };
}

export function journeyTable(figures: ReturnType<typeof journeyFigures>): string {
  const { latency_ms: latency, bare_server: bare, machine } = figures;
  const exact = (value: number) => value.toFixed(2);
  const rows = PARTS.map((part) => [
    part,
    exact(figures.measured[part]),
    exact(figures.limits[part]),
    exact(figures.share_of_limit[part]),
    figures.limit_meaning[part],
  ]);
  const columns = [
    { title: "part" },
    { title: "CPU us", right: true },
    { title: "limit", right: true },
    { title: "share", right: true },
    { title: "what the limit is" },
  ];
  return `${[
    `${figures.events_per_second.toFixed(0)} events/s, ` +
      `${exact(figures.cpu_us_per_event)} us of CPU each`,
    `${figures.requests_per_second.toFixed(0)} requests/s, ` +
      `${figures.cpu_us_per_request.toFixed(0)}` +
      ` us of server CPU each; p50 ${exact(latency.p50)} ms, p99 ${exact(latency.p99)} ms`,
    `bare server: ${bare.requests_per_second.toFixed(0)} requests/s; ` +
      `p50 ${exact(bare.latency_ms.p50)} ms, p99 ${exact(bare.latency_ms.p99)} ms`,
    `one core: ${exact(machine.gflops)} GFLOP/s, ${exact(machine.memory_gb_per_second)} GB/s`,
  ].join("\n")}\n\n${drawTable(columns, rows)}`;
}
