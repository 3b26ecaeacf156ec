import { drawTable } from "../cli/table.ts";
import { NextTracksResponse, RecommenderService } from "../proto/gen/segue/v1/recommender.ts";
import type { BenchOptions } from "./bench.ts";
import { type Http2Load, openHttp2Load, requireNoErrors } from "./http2-load.ts";
import { percentile } from "./measure.ts";
import { pinTo } from "./pinning.ts";
import { openScorerWorld } from "./scorer-world.ts";

const CONNECTIONS = 16;
const FULL = { tracks: 60_000, listeners: 2_000, k: 20, seconds: 8 };
const QUICK = { tracks: 5_000, listeners: 200, k: 20, seconds: 1 };
/** What a player waits for a list at most: a later one is no answer. */
const DEADLINE_MS = 250;
const [SERVER_CORE, LOAD_CORE] = [0, 1];
const { path } = RecommenderService.nextTracks;

/** What a scorer on one core still answers under twice the load that it bears, and what its lists
 *  then go without. What it bears is measured in closed loop, twice the load comes in open loop. */
export async function overload({ json, quick, bundle, progress }: BenchOptions): Promise<string> {
  const sizes = quick ? QUICK : FULL;
  progress("makes a world, and lets ingest hear it");
  const world = await openScorerWorld({ ...sizes, bundle });
  const { port, messages } = world;
  const pinned = [
    pinTo(SERVER_CORE, world.scorer.process.pid!),
    pinTo(LOAD_CORE, world.ingest.process.pid!),
    pinTo(LOAD_CORE, process.pid),
  ];
  const lists = newLists();
  const load = openHttp2Load({
    ...{ path, port, messages, connections: CONNECTIONS },
    deadlineMs: DEADLINE_MS,
    look: lists.look,
  });
  try {
    progress("asks for as much as it bears");
    const peak = await peakOf(load, sizes.seconds);
    lists.take();
    const stages: Record<string, Stage> = {};
    for (const [name, times] of [
      ["at_half", 0.5],
      ["at_peak", 1],
      ["at_twice", 2],
    ] as const) {
      progress(`asks ${(times * peak).toFixed(0)} times a second`);
      stages[name] = await stageOf(load, { rate: times * peak, seconds: sizes.seconds, lists });
    }
    const figures = {
      quick,
      bundle: bundle ?? "random weights",
      tracks: world.tracks,
      pinned: pinned.every(Boolean),
      deadline_ms: DEADLINE_MS,
      peak_rps: peak,
      ...stages,
      goodput_of_peak: stages.at_twice!.answered_per_second / peak,
    };
    return json ? `${JSON.stringify(figures, null, 2)}\n` : table(figures.goodput_of_peak, stages);
  } finally {
    load.close();
    await world.close();
  }
}

interface Stage {
  readonly asked_per_second: number;
  /** In time, from the rung that a quiet scorer answers from or a cheaper one. */
  readonly answered_per_second: number;
  readonly whole_lists_share: number;
  readonly refused_or_late: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

async function peakOf(load: Http2Load, seconds: number): Promise<number> {
  // The first turn warms up.
  requireNoErrors(await load.closedLoop(seconds / 2));
  const { latenciesMs, seconds: lasted } = await load.closedLoop(seconds);
  return latenciesMs.length / lasted;
}

async function stageOf(
  load: Http2Load,
  { rate, seconds, lists }: { rate: number; seconds: number; lists: ReturnType<typeof newLists> },
): Promise<Stage> {
  // The scorer learns within a moment what its calls take.
  await load.openLoop(rate, seconds / 4);
  lists.take();
  const { latenciesMs, errors, seconds: lasted } = await load.openLoop(rate, seconds);
  const { whole, all } = lists.take();
  return {
    asked_per_second: rate,
    answered_per_second: latenciesMs.length / lasted,
    whole_lists_share: whole / Math.max(1, all),
    refused_or_late: errors,
    p50_ms: percentile(latenciesMs, 0.5),
    p99_ms: percentile(latenciesMs, 0.99),
  };
}

/** Counts lists, and those that went without nothing. */
function newLists() {
  let all = 0;
  let whole = 0;
  return {
    look(message: Uint8Array): void {
      all++;
      if (NextTracksResponse.decode(message).leftOut.length === 0) whole++;
    },
    take() {
      const counted = { all, whole };
      all = 0;
      whole = 0;
      return counted;
    },
  };
}

function table(goodput: number, stages: Readonly<Record<string, Stage>>): string {
  const titles = ["asked/s", "answered/s", "whole lists", "refused or late", "p50 ms", "p99 ms"];
  const rows = Object.values(stages).map((stage) => [
    stage.asked_per_second.toFixed(0),
    stage.answered_per_second.toFixed(0),
    `${(100 * stage.whole_lists_share).toFixed(1)}%`,
    String(stage.refused_or_late),
    stage.p50_ms.toFixed(1),
    stage.p99_ms.toFixed(1),
  ]);
  return (
    `under twice the load ${(100 * goodput).toFixed(0)}% of the peak is answered\n\n` +
    drawTable(
      titles.map((title) => ({ title, right: true })),
      rows,
    )
  );
}
