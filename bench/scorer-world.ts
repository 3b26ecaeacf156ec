import { setTimeout as sleep } from "node:timers/promises";
import { type Child, grpcAddress, healthPortOf } from "../cli/child-process.ts";
import { appendEvents } from "../cli/log-target.ts";
import { openLog } from "../cli/open-log.ts";
import type { EventId, ListenerId, Partition } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import { type EventLog, LISTENING_TOPIC } from "../core/log/event-log.ts";
import { openLmdbReader } from "../core/state/lmdb-reader.ts";
import { NextTracksRequest } from "../proto/gen/segue/v1/recommender.ts";
import { publishBenchBundle } from "./bench-bundle.ts";
import { benchSources } from "./bench-sources.ts";
import { requireThat } from "./did-not-happen.ts";
import { eveningsOfListening } from "./listening.ts";
import { servedBundle } from "./served-bundle.ts";
import { makeHome, startOn } from "./temporary.ts";

export interface ScorerWorldSizes {
  readonly tracks: number;
  readonly listeners: number;
  /** Tracks in a list. */
  readonly k: number;
  /** A bundle to serve instead of one of random weights. */
  readonly bundle: string | undefined;
  /** How many processes serve on the port; one where it is absent. */
  readonly processes?: number;
}

/** A scorer in a process of its own, and an ingest beside it that has heard evenings of listening
 *  and goes on hearing. */
export interface ScorerWorld {
  readonly scorer: Child;
  readonly ingest: Child;
  readonly port: number;
  readonly tracks: number;
  /** The folders of the bundle that is served and of the logs. */
  readonly folders: { readonly bundle: string; readonly log: string };
  /** One encoded `NextTracksRequest` for each listener, within their session. */
  readonly messages: readonly Uint8Array[];
  /** What a process's metric of this name is now, over all of its labels; the scorer's where none
   *  is given. */
  metric(name: string, of?: Child): Promise<number>;
  /** Publishes `rate` events a second until it is stopped. */
  listenOn(rate: number): { stop(): Promise<number> };
  close(): Promise<void>;
}

const ANY_HEALTH_PORT = ["--health-port", "0"];
const ANY_PORTS = ["--port", "0", ...ANY_HEALTH_PORT];
const CAUGHT_UP_WAIT_MS = 120_000;
const ASKED_AFTER_MS = 60_000;
const TICK_MS = 50;

export async function openScorerWorld(sizes: ScorerWorldSizes): Promise<ScorerWorld> {
  const home = makeHome();
  const served = await servedBundle(sizes.bundle, home.bundle, (folder) => {
    return publishBenchBundle(folder, sizes.tracks, benchSources(sizes.tracks));
  });
  const { folder: bundle, tracks } = served;
  const events = eveningsOfListening({
    tracks: tracks.length,
    listeners: sizes.listeners,
    sessionsEach: 2,
    sessionEvents: 8,
  }).map(served.withItsTrack);
  const log = await openLog({ folder: home.log }, LISTENING_TOPIC);
  await appendEvents(log, events);
  const ingest = await startOn(home, "ingest", ...ANY_HEALTH_PORT, "--bundle", bundle);
  await caughtUp(home.state, log, events.length);
  const several = ["--processes", String(sizes.processes ?? 1)];
  const scorer = await startOn(home, "serve", ...ANY_PORTS, "--bundle", bundle, ...several);
  const lastHeardAtMs = new Map(events.map((event) => [event.listener, event.happenedAtMs]));
  let listenings = 0;
  const messages = Array.from(lastHeardAtMs, ([listener, atMs]) =>
    NextTracksRequest.encode(
      NextTracksRequest.fromPartial({ listener, k: sizes.k, askedAtMs: atMs + ASKED_AFTER_MS }),
    ).finish(),
  );
  return {
    scorer,
    ingest,
    port: Number(grpcAddress(scorer).split(":").at(-1)),
    tracks: tracks.length,
    folders: { bundle, log: home.log },
    messages,
    metric: (name, of = scorer) => metricOf(of, name),
    listenOn: (rate) => listening(log, { events, rate, name: `beside-${listenings++}` }),
    async close() {
      for (const child of [scorer, ingest]) await child.stop();
      await log.close();
      home.remove();
    },
  };
}

async function metricOf(child: Child, name: string): Promise<number> {
  const metrics = await fetch(`http://127.0.0.1:${healthPortOf(child)}/metrics`);
  const values = (await metrics.text()).split("\n").flatMap((line) => {
    const [labelled, value] = line.split(" ");
    return labelled?.split("{")[0] === name ? [Number(value)] : [];
  });
  requireThat(values.length > 0, `${child.name} tells nothing of ${name}`);
  return values.reduce((sum, value) => sum + value, 0);
}

async function caughtUp(state: string, log: EventLog, count: number): Promise<void> {
  const reader = openLmdbReader(state);
  const untilMs = performance.now() + CAUGHT_UP_WAIT_MS;
  for (;;) {
    let applied = 0;
    for (let partition = 0; partition < log.partitions; partition++) {
      applied += reader.position(partition as Partition)?.next ?? 0;
    }
    if (applied >= count) break;
    requireThat(performance.now() < untilMs, `ingest has heard ${applied} of ${count} events`);
    await sleep(TICK_MS);
  }
  await reader.close();
}

/** The same listening by others, who are not asked for; by others again once it is over. */
function listening(
  log: EventLog,
  { events, rate, name }: { events: readonly ListeningEvent[]; rate: number; name: string },
) {
  let published = 0;
  let goesOn = true;
  const startedMs = performance.now();
  const publishing = (async () => {
    while (goesOn) {
      const due = Math.floor(((performance.now() - startedMs) / 1000) * rate) - published;
      const next = Array.from({ length: Math.max(0, due) }, (_, at) => {
        const number = published + at;
        const event = events[number % events.length]!;
        const time = Math.floor(number / events.length);
        const listener = `${name}-${time}-${event.listener}` as ListenerId;
        return { ...event, eventId: `${name}-${number}` as EventId, listener };
      });
      if (next.length > 0) await appendEvents(log, next);
      published += next.length;
      await sleep(TICK_MS);
    }
  })();
  return {
    async stop() {
      goesOn = false;
      await publishing;
      return published;
    },
  };
}
