import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { drawTable } from "../cli/table.ts";
import type { BenchOptions } from "./bench.ts";
import { ASSUMPTIONS, type Plan, planFor, type UnitCosts } from "./capacity-plan.ts";
import { requireThat } from "./did-not-happen.ts";
import { measureIngestParts } from "./ingest-rounds.ts";
import { measureRequests } from "./requests.ts";
import { startOn } from "./temporary.ts";
import { makeWorld } from "./world.ts";

const LISTENERS = [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
/** What one listener does on a day: three hours of music, a list for every fifth track. */
const A_DAY = { eventsADay: 60, listsADay: 12 };
const FEW_TRACKS = 1_000;

/** Measures what an event, a list, a listener and a track take, and multiplies. Resolves with the
 *  text for stdout. */
export async function capacity({ json, quick, progress }: BenchOptions): Promise<string> {
  // A list costs what its catalogue takes to search, so the plan is for the one that was measured.
  const tracks = quick ? 10_000 : 60_000;
  const costs = await measureCosts({ quick, tracks }, progress);
  const plans = LISTENERS.map((listeners) => planFor(costs, { ...A_DAY, tracks, listeners }));
  if (json) {
    return `${JSON.stringify({ quick, costs, assumptions: ASSUMPTIONS, plans }, null, 2)}\n`;
  }
  const [event, list] = [costs.eventCpuUs.toFixed(1), costs.listCpuUs.toFixed(0)];
  const disk = costs.listenerBytes.toFixed(0);
  const memory = `${megabytes(costs.processBytes)} MB of memory a process`;
  const track = `${costs.trackBytes.toFixed(0)} bytes a track`;
  return `${[
    `measured here: ${event} us of CPU an event, ${list} us a list from ${tracks} tracks,`,
    `  ${disk} bytes of disk a listener, ${memory} and ${track}`,
    `assumed: ${JSON.stringify(ASSUMPTIONS)},`,
    `  of each listener on a day: ${JSON.stringify(A_DAY)}`,
  ].join("\n")}\n\n${planTable(plans)}`;
}

async function measureCosts(
  { quick, tracks }: { readonly quick: boolean; readonly tracks: number },
  progress: (what: string) => void,
): Promise<UnitCosts> {
  const small = await scorerBytes(FEW_TRACKS, progress);
  const large = await scorerBytes(tracks, progress);
  progress("makes a world");
  const listeners = quick ? 400 : 2_000;
  const world = await makeWorld({ tracks, listeners, sessionsEach: 2, sessionEvents: 5 });
  try {
    progress("ingests");
    const limits = { roundsMin: 2, roundsMax: quick ? 3 : 6, seconds: quick ? 2 : 15 };
    const ingest = await measureIngestParts(world, limits);
    const listenerBytes = statSync(join(world.home.state, "data.mdb")).size / listeners;
    progress("asks");
    const sizes = { k: 20, rounds: quick ? 1 : 3, roundSeconds: quick ? 0.5 : 1 };
    const { scorer } = await measureRequests(world, sizes);
    const trackBytes = (large - small) / (tracks - FEW_TRACKS);
    requireThat(trackBytes > 0, "a scorer took less memory with more tracks");
    return {
      eventCpuUs: ingest.whole,
      listCpuUs: scorer.cpuUs,
      listenerBytes,
      processBytes: small - FEW_TRACKS * trackBytes,
      trackBytes,
    };
  } finally {
    await world.close();
  }
}

/** Resident memory of a scorer that is ready, with so many tracks. */
async function scorerBytes(tracks: number, progress: (what: string) => void): Promise<number> {
  progress(`weighs a scorer with ${tracks} tracks`);
  const world = await makeWorld({ tracks, listeners: 1, sessionsEach: 1, sessionEvents: 2 });
  const scorer = await startOn(world.home, "serve", "--port", "0");
  try {
    const status = readFileSync(`/proc/${scorer.process.pid}/status`, "latin1");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  } finally {
    await scorer.stop();
    await world.close();
  }
}

function planTable(plans: readonly Plan[]): string {
  const titles = [
    "listeners",
    "events/s",
    "lists/s",
    "cores",
    "hosts",
    "GB RAM each",
    "GB disk each",
  ];
  return drawTable(
    titles.map((title) => ({ title, right: true })),
    plans.map((plan) => [
      plan.listeners.toLocaleString("en-US"),
      plan.eventsPerSecond.toFixed(0),
      plan.listsPerSecond.toFixed(0),
      plan.cores.toFixed(0),
      String(plan.hosts),
      (plan.hostMemoryBytes / 1e9).toFixed(1),
      (plan.hostDiskBytes / 1e9).toFixed(1),
    ]),
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
