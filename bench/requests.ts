import { grpcAddress } from "../cli/child-process.ts";
import { NextTracksRequest, NextTracksResponse, Rung } from "../proto/gen/segue/v1/recommender.ts";
import { requireThat } from "./did-not-happen.ts";
import { startEcho } from "./echo.ts";
import { connectLoad, type LoadGenerator } from "./load.ts";
import { percentile } from "./measure.ts";
import { cpuUsOfProcess } from "./process-cpu.ts";
import { startOn } from "./temporary.ts";
import type { World } from "./world.ts";

export interface RequestFigures {
  readonly perSecond: number;
  /** Of the server's process, microseconds. */
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface RequestSizes {
  /** Tracks in a list. */
  readonly k: number;
  readonly rounds: number;
  readonly roundSeconds: number;
}

/** A minute after the last event of a listener the session still goes on, so both models count. */
const ASKED_AFTER_MS = 60_000;

/** Asks the real scorer, in its own process on the world's home, and a bare server that answers the
 *  same bytes, in turns. */
export async function measureRequests(
  world: World,
  sizes: RequestSizes,
): Promise<{ readonly scorer: RequestFigures; readonly echo: RequestFigures }> {
  const requests = Array.from(world.lastHeardAtMs, ([listener, atMs]) =>
    NextTracksRequest.fromPartial({ listener, k: sizes.k, askedAtMs: atMs + ASKED_AFTER_MS }),
  );
  const segue = await startOn(world.home, "serve", "--port", "0");
  const address = grpcAddress(segue);
  const load = connectLoad(address);
  try {
    const reply = await load.ask(requests[0]!);
    const scorer = { load, pid: segue.process.pid!, ...newTotals() };
    const bare = await startEcho(NextTracksResponse.encode(reply).finish());
    const echoLoad = connectLoad(`127.0.0.1:${bare.port}`);
    const echo = { load: echoLoad, pid: bare.process.pid!, ...newTotals() };
    try {
      const check = (next: NextTracksResponse) => requireWholeList(next, sizes.k);
      // The first turn of each warms it up.
      for (let round = 0; round <= sizes.rounds; round++) {
        for (const server of [scorer, echo]) {
          await turn(server, { requests, check, seconds: sizes.roundSeconds, counts: round > 0 });
        }
      }
      return { scorer: figuresOf(scorer), echo: figuresOf(echo) };
    } finally {
      echoLoad.close();
      await bare.close();
    }
  } finally {
    load.close();
    await segue.stop();
  }
}

interface Totals {
  cpuUs: number;
  seconds: number;
  readonly latenciesMs: number[];
}

interface Asked extends Totals {
  readonly load: LoadGenerator;
  readonly pid: number;
}

function newTotals(): Totals {
  return { cpuUs: 0, seconds: 0, latenciesMs: [] };
}

function requireWholeList({ tracks, rung }: NextTracksResponse, k: number): void {
  requireThat(tracks.length === k, `a reply has ${tracks.length} of ${k} tracks`);
  requireThat(rung === Rung.RUNG_BLEND, `a reply came from rung ${rung}, not from both models`);
}

async function turn(
  server: Asked,
  options: {
    readonly requests: readonly NextTracksRequest[];
    readonly check: (reply: NextTracksResponse) => void;
    readonly seconds: number;
    readonly counts: boolean;
  },
): Promise<void> {
  const beforeUs = cpuUsOfProcess(server.pid);
  const figures = await server.load.run(options.requests, options.seconds, options.check);
  if (!options.counts) return;
  server.cpuUs += cpuUsOfProcess(server.pid) - beforeUs;
  server.seconds += figures.seconds;
  for (const latencyMs of figures.latenciesMs) server.latenciesMs.push(latencyMs);
}

function figuresOf({ cpuUs, seconds, latenciesMs }: Asked): RequestFigures {
  return {
    perSecond: latenciesMs.length / seconds,
    cpuUs: cpuUs / latenciesMs.length,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
  };
}
