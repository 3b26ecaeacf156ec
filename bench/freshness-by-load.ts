import { setTimeout as sleep } from "node:timers/promises";
import type { Child } from "../cli/child-process.ts";
import { grpcAddress } from "../cli/child-process.ts";
import { appendEvents } from "../cli/log-target.ts";
import { openLog } from "../cli/open-log.ts";
import { type Client, connectClient } from "../cli/recommender-client.ts";
import type { Partition } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import { type EventLog, LISTENING_TOPIC } from "../core/log/event-log.ts";
import { openLmdbReader } from "../core/state/lmdb-reader.ts";
import { startBroker } from "../deploy/kafka/broker.ts";
import type { BenchOptions } from "./bench.ts";
import { publishBenchBundle } from "./bench-bundle.ts";
import { requireThat } from "./did-not-happen.ts";
import { type ServedBundle, servedBundle } from "./served-bundle.ts";
import { steadyEvent } from "./steady-listening.ts";
import { makeHome, startOn, type TemporaryHome } from "./temporary.ts";

export interface LoadFreshness {
  /** Of the peak at which ingest catches up. */
  readonly share: number;
  /** Events a second that were published meanwhile. */
  readonly rate: number;
  /** Milliseconds from Kafka's acknowledgement of an event to the first reply that has heard it. */
  readonly delaysMs: readonly number[];
}

const SHARES = [0.1, 0.5, 0.9];
/** So many listeners, one event of each in turn, so that hardly a batch has two of one listener, as
 *  where people listen; those who are asked about are others. The peak is the rate at which ingest
 *  catches up with `rounds` events of each, after as many that it has heard before. */
const FULL = { tracks: 60_000, listeners: 100_000, rounds: 3, seconds: 20 };
const QUICK = { tracks: 5_000, listeners: 30_000, rounds: 2, seconds: 2 };
const FIRST_PROBER = 90_000_000;
const LOAD_TICK_MS = 2;
const PROBE_PAUSE_MS = 25;
const ASKED_AFTER_MS = 60_000;
const HEARD_WAIT_MS = 20_000;

/** How soon an event is in a reply while ingest hears others, with a broker, ingest and scorer in
 *  processes of their own. */
export async function measureByLoad({
  quick,
  bundle,
  progress,
}: Pick<BenchOptions, "quick" | "bundle" | "progress">): Promise<LoadFreshness[]> {
  const sizes = quick ? QUICK : FULL;
  const home = makeHome();
  const children: Child[] = [];
  const broker = await startBroker();
  const log = await openLog({ brokers: broker.brokers, topicPrefix: "" }, LISTENING_TOPIC);
  try {
    const served = await servedBundle(bundle, home.bundle, (folder) => {
      return publishBenchBundle(folder, sizes.tracks);
    });
    const load = loadOn(log, served, sizes.listeners);
    const shared = ["--bundle", served.folder, "--brokers", broker.brokers.join(",")];
    const backlog = sizes.rounds * sizes.listeners;
    await load.append(backlog);
    progress(`catches up with ${backlog} events from a broker, twice`);
    const before = await startOn(home, "ingest", ...shared);
    await catchUpRate(home, log, { from: 0, to: backlog });
    await before.stop();
    await load.append(backlog);
    children.push(await startOn(home, "ingest", ...shared));
    const peak = await catchUpRate(home, log, { from: backlog, to: 2 * backlog });
    const scorer = await startOn(home, "serve", "--port", "0", ...shared);
    children.push(scorer);
    const client = connectClient(grpcAddress(scorer));
    const results: LoadFreshness[] = [];
    for (const [index, share] of SHARES.entries()) {
      progress(`publishes ${Math.round(share * peak)} events a second`);
      const wanted = { rate: share * peak, seconds: sizes.seconds, prober: FIRST_PROBER + index };
      results.push({ share, ...(await underLoad({ client, log, load }, wanted)) });
    }
    client.close();
    return results;
  } finally {
    for (const child of children) await child.stop();
    await log.close();
    await broker.stop();
    home.remove();
  }
}

interface Load {
  eventOf(place: number, event: number): ListeningEvent;
  /** Appends the next `count` events. */
  append(count: number): Promise<void>;
}

function loadOn(log: EventLog, { withItsTrack }: ServedBundle, listeners: number): Load {
  let sent = 0;
  const eventOf = (place: number, event: number) => withItsTrack(steadyEvent(place, event));
  return {
    eventOf,
    async append(count) {
      const events = Array.from({ length: count }, (_, index) => {
        const number = sent + index;
        return eventOf(number % listeners, Math.floor(number / listeners));
      });
      sent += count;
      await appendEvents(log, events);
    },
  };
}

/** Events a second from the first commit that is seen to the last. */
async function catchUpRate(
  home: TemporaryHome,
  log: EventLog,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<number> {
  const reader = openLmdbReader(home.state);
  const applied = () => {
    let sum = 0;
    for (let partition = 0; partition < log.partitions; partition++) {
      sum += reader.position(partition as Partition)?.next ?? 0;
    }
    return sum;
  };
  while (applied() <= from) await sleep(1);
  const [first, startedMs] = [applied(), performance.now()];
  while (applied() < to) await sleep(1);
  const seconds = (performance.now() - startedMs) / 1000;
  await reader.close();
  requireThat(first < to, "ingest applied everything at once: the backlog is too small");
  return (to - first) / seconds;
}

async function underLoad(
  { client, log, load }: { readonly client: Client; readonly log: EventLog; readonly load: Load },
  { rate, seconds, prober }: { readonly rate: number; readonly seconds: number; prober: number },
): Promise<{ readonly rate: number; readonly delaysMs: number[] }> {
  const startedMs = performance.now();
  const endsMs = startedMs + seconds * 1000;
  let published = 0;
  const publishing = (async () => {
    while (performance.now() < endsMs) {
      const due = Math.floor(((performance.now() - startedMs) / 1000) * rate) - published;
      if (due > 0) await load.append(due);
      published += Math.max(0, due);
      await sleep(LOAD_TICK_MS);
    }
  })();
  const delaysMs: number[] = [];
  while (performance.now() < endsMs) {
    delaysMs.push(await probe(client, log, load.eventOf(prober, delaysMs.length)));
    await sleep(PROBE_PAUSE_MS);
  }
  await publishing;
  return { rate: published / ((performance.now() - startedMs) / 1000), delaysMs };
}

/** Publishes an event and asks for a list that has heard it. */
async function probe(client: Client, log: EventLog, event: ListeningEvent): Promise<number> {
  const [position] = await appendEvents(log, [event]);
  const ackedMs = performance.now();
  const { listener, happenedAtMs } = event;
  const request = { listener, k: 20, askedAtMs: happenedAtMs + ASKED_AFTER_MS, atLeast: position };
  while (!(await client.nextTracks(request)).freshness?.caughtUp) {
    const waitedMs = performance.now() - ackedMs;
    requireThat(waitedMs < HEARD_WAIT_MS, `no reply had heard an event after ${HEARD_WAIT_MS} ms`);
  }
  return performance.now() - ackedMs;
}
