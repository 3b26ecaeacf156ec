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
const FULL = { tracks: 60_000, backlog: 100_000, seconds: 20 };
/** The backlog is several of the largest batches for each partition, so that its end is not its
 *  beginning. */
const QUICK = { tracks: 5_000, backlog: 60_000, seconds: 2 };
/** Listeners of the load, one event of each in turn; those who are asked about are others. */
const LOAD_LISTENERS = 5_000;
const FIRST_PROBER = 90_000_000;
const LOAD_TICK_MS = 20;
const PROBE_PAUSE_MS = 25;
const SEEN_WAIT_MS = 20_000;
const ASKED_AFTER_MS = 60_000;

/** How soon an event is in a reply while ingest hears others, with a broker, ingest and scorer in
 *  processes of their own. */
export async function measureByLoad({
  quick,
  progress,
}: Pick<BenchOptions, "quick" | "progress">): Promise<LoadFreshness[]> {
  const sizes = quick ? QUICK : FULL;
  const home = makeHome();
  const children: Child[] = [];
  const broker = await startBroker();
  const log = await openLog({ brokers: broker.brokers, topicPrefix: "" }, LISTENING_TOPIC);
  const load = loadOn(log);
  try {
    await publishBenchBundle(home.bundle, sizes.tracks);
    await load.append(sizes.backlog);
    progress(`catches up with ${sizes.backlog} events from a broker`);
    const brokers = ["--brokers", broker.brokers.join(",")];
    children.push(await startOn(home, "ingest", ...brokers));
    const peak = await catchUpRate(home, log, sizes.backlog);
    const scorer = await startOn(home, "serve", "--port", "0", ...brokers);
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
  /** Appends the next `count` events. */
  append(count: number): Promise<void>;
}

function loadOn(log: EventLog): Load {
  let sent = 0;
  return {
    async append(count) {
      const events = Array.from({ length: count }, (_, index) => {
        const number = sent + index;
        return steadyEvent(number % LOAD_LISTENERS, Math.floor(number / LOAD_LISTENERS));
      });
      sent += count;
      await appendEvents(log, events);
    },
  };
}

/** Events a second from the first commit that is seen to the last. */
async function catchUpRate(home: TemporaryHome, log: EventLog, count: number): Promise<number> {
  const reader = openLmdbReader(home.state);
  const applied = () => {
    let sum = 0;
    for (let partition = 0; partition < log.partitions; partition++) {
      sum += reader.position(partition as Partition)?.next ?? 0;
    }
    return sum;
  };
  while (applied() === 0) await sleep(1);
  const [first, startedMs] = [applied(), performance.now()];
  while (applied() < count) await sleep(1);
  const seconds = (performance.now() - startedMs) / 1000;
  await reader.close();
  requireThat(first < count, "ingest applied everything at once: the backlog is too small");
  return (count - first) / seconds;
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
    delaysMs.push(await probe(client, log, steadyEvent(prober, delaysMs.length)));
    await sleep(PROBE_PAUSE_MS);
  }
  await publishing;
  return { rate: published / ((performance.now() - startedMs) / 1000), delaysMs };
}

/** Publishes an event and asks until a reply has heard it. */
async function probe(client: Client, log: EventLog, event: ListeningEvent): Promise<number> {
  const [position] = await appendEvents(log, [event]);
  const ackedMs = performance.now();
  const { listener, happenedAtMs } = event;
  for (;;) {
    const reply = await client.nextTracks({
      listener,
      k: 20,
      askedAtMs: happenedAtMs + ASKED_AFTER_MS,
    });
    const seen = reply.freshness?.seen;
    if (seen?.partition === position!.partition && seen.offset >= position!.offset) break;
    const waitedMs = performance.now() - ackedMs;
    requireThat(waitedMs < SEEN_WAIT_MS, `no reply had heard an event after ${SEEN_WAIT_MS} ms`);
  }
  return performance.now() - ackedMs;
}
