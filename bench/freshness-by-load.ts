import { setTimeout as sleep } from "node:timers/promises";
import { type Child, grpcAddress } from "../cli/child-process.ts";
import { openLog } from "../cli/open-log.ts";
import { type Client, connectClient } from "../cli/recommender-client.ts";
import type { Partition } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import { type EventLog, LISTENING_TOPIC } from "../core/log/event-log.ts";
import { openLmdbReader } from "../core/state/lmdb-reader.ts";
import { type Broker, startBroker } from "../deploy/kafka/broker.ts";
import type { BenchOptions } from "./bench.ts";
import { publishBenchBundle } from "./bench-bundle.ts";
import { requireThat } from "./did-not-happen.ts";
import { type ByStage, stagesOf } from "./freshness-stages.ts";
import { type Probe, probeFreshness } from "./probe-freshness.ts";
import { cpuUsOfProcess } from "./process-cpu.ts";
import { servedBundle } from "./served-bundle.ts";
import { startStagedIngest } from "./staged-ingest.ts";
import { steadyEvent, steadyListener } from "./steady-listening.ts";
import { type SteadyLoad, startSteadyLoad } from "./steady-load.ts";
import { makeHome, startOn, type TemporaryHome } from "./temporary.ts";

export interface LoadFreshness {
  /** Of the peak: the rate that ingest bears beside a producer and a scorer. */
  readonly share: number;
  /** Events a second that were published meanwhile. */
  readonly rate: number;
  /** Milliseconds from Kafka's acknowledgement of an event to the first reply that has heard it. */
  readonly delaysMs: readonly number[];
  /** How much of a core each process took meanwhile. */
  readonly cores: Readonly<Record<Role, number>>;
  /** Of another run at the same load, in which ingest notes the time. */
  readonly byStage: ByStage;
}

/** `caller` is the process that publishes and asks for the events which are measured. */
type Role = "broker" | "ingest" | "scorer" | "producer" | "caller";

const SHARES = [0.1, 0.5, 0.9];
/** So many listeners, one event of each in turn, so that hardly a batch has two of one listener, as
 *  where people listen; those who are asked about are others. Ingest first catches up with `rounds`
 *  events of each, twice, so that its code is warm and every listener has a record. `lists` are
 *  asked for first: a scorer's first ones are slower than all that follow. */
const FULL = {
  tracks: 60_000,
  listeners: 100_000,
  rounds: 3,
  seconds: 20,
  stagedSeconds: 10,
  lists: 3_000,
};
const QUICK = {
  tracks: 5_000,
  listeners: 30_000,
  rounds: 2,
  seconds: 2,
  stagedSeconds: 1,
  lists: 100,
};
/** Of the rate at which ingest catches up alone, so much is published to see what it bears. */
const FLOOD = 1.25;
const FIRST_PROBER = 90_000_000;
const FIRST_STAGED = 91_000_000;
/** Within the session of every listener's last event. */
const WARMED_AT_MS = Date.UTC(2024, 0, 1, 18, 10);

/** How soon an event is in a reply while ingest hears others, with a broker, a producer, ingest,
 *  scorer and caller in processes of their own. */
export async function measureByLoad(options: LoadOptions): Promise<LoadFreshness[]> {
  const closing: (() => Promise<unknown>)[] = [];
  try {
    return await measureIn(options, (close) => closing.push(close));
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

type LoadOptions = Pick<BenchOptions, "quick" | "bundle" | "progress">;
/** Notes what is to be closed at the end, the newest first. */
type AtEnd = (close: () => Promise<unknown>) => void;

async function measureIn(options: LoadOptions, atEnd: AtEnd): Promise<LoadFreshness[]> {
  const { quick, progress } = options;
  const sizes = quick ? QUICK : FULL;
  const world = await openWorld(options, sizes, atEnd);
  const { home, folder, brokers, broker, load } = world;
  const backlog = sizes.rounds * sizes.listeners;
  progress(`catches up with ${backlog} events from a broker, twice`);
  await load.append(backlog);
  const before = await startServing(world, "ingest", atEnd);
  await catchUpRate(world, { from: 0, to: backlog });
  await before.stop();
  await load.append(backlog);
  const ingest = await startServing(world, "ingest", atEnd);
  const alone = await catchUpRate(world, { from: backlog, to: 2 * backlog });
  const scorer = await startServing(world, "serve", atEnd);
  const client = connectClient(grpcAddress(scorer));
  atEnd(async () => client.close());
  await warmUp(client, sizes.lists);
  progress("publishes more than ingest bears");
  const peak = await borneRate(world, { rate: FLOOD * alone, seconds: sizes.seconds });

  const parts = { broker: broker.pid, scorer: scorer.process.pid!, producer: load.pid };
  const pids = { ...parts, ingest: ingest.process.pid!, caller: process.pid };
  const measured: UnderLoad[] = [];
  for (const [index, share] of SHARES.entries()) {
    progress(`publishes ${Math.round(share * peak)} events a second`);
    const wanted = { rate: share * peak, seconds: sizes.seconds, prober: FIRST_PROBER + index };
    measured.push(await probeUnderLoad({ ...world, client, pids }, wanted));
  }
  await ingest.stop();
  progress("does the same with an ingest that notes the time");
  const staged = await startStagedIngest({ brokers, bundle: folder, state: home.state });
  atEnd(staged.close);
  const results: LoadFreshness[] = [];
  for (const [index, { rate, cores, probes }] of measured.entries()) {
    const share = SHARES[index]!;
    const again = {
      rate: share * peak,
      seconds: sizes.stagedSeconds,
      prober: FIRST_STAGED + index,
    };
    await staged.passages();
    const noted = await probeUnderLoad(
      { ...world, client, pids: { ...pids, ingest: staged.pid } },
      again,
    );
    const byStage = stagesOf(noted.probes, await staged.passages());
    const delaysMs = probes.map(({ repliedMs, acknowledgedMs }) => repliedMs - acknowledgedMs);
    results.push({ share, rate, delaysMs, cores, byStage });
  }
  return results;
}

interface World {
  readonly home: TemporaryHome;
  readonly broker: Broker;
  readonly brokers: readonly string[];
  /** The folder of the bundle that is served. */
  readonly folder: string;
  readonly log: EventLog;
  readonly load: SteadyLoad;
  withItsTrack(event: ListeningEvent): ListeningEvent;
}

async function openWorld(
  { bundle }: LoadOptions,
  { tracks, listeners }: { readonly tracks: number; readonly listeners: number },
  atEnd: AtEnd,
): Promise<World> {
  const home = makeHome();
  atEnd(async () => home.remove());
  const broker = await startBroker();
  atEnd(() => broker.stop());
  const { brokers } = broker;
  const log = await openLog({ brokers, topicPrefix: "" }, LISTENING_TOPIC);
  atEnd(() => log.close());
  const { folder, withItsTrack } = await servedBundle(bundle, home.bundle, (made) => {
    return publishBenchBundle(made, tracks);
  });
  const load = await startSteadyLoad({ brokers, bundle: folder, listeners });
  atEnd(() => load.close());
  return { home, broker, brokers, folder, log, load, withItsTrack };
}

async function startServing(
  { home, folder, brokers }: World,
  name: "ingest" | "serve",
  atEnd: AtEnd,
): Promise<Child> {
  const port = name === "serve" ? ["--port", "0"] : [];
  const shared = ["--bundle", folder, "--brokers", brokers.join(",")];
  const child = await startOn(home, name, ...port, ...shared);
  atEnd(() => child.stop());
  return child;
}

async function warmUp(client: Client, lists: number): Promise<void> {
  for (let list = 0; list < lists; list++) {
    const listener = steadyListener(list);
    await client.nextTracks({ listener, k: 20, askedAtMs: WARMED_AT_MS });
  }
}

/** Events a second from the first commit that is seen to the last. */
async function catchUpRate(
  world: World,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<number> {
  const heard = hearing(world);
  await heard.until(from + 1);
  const [first, startedMs] = [heard.count(), performance.now()];
  await heard.until(to);
  const seconds = (performance.now() - startedMs) / 1000;
  await heard.close();
  requireThat(first < to, "ingest applied everything at once: the backlog is too small");
  return (to - first) / seconds;
}

/** Events a second that ingest hears in the second half of a time in which more are published, with
 *  all other processes there. Resolves when it has heard the rest, too. */
async function borneRate(
  world: World,
  flood: { readonly rate: number; readonly seconds: number },
): Promise<number> {
  const heard = hearing(world);
  const before = heard.count();
  const { rate } = await world.load.publish(flood);
  await sleep(500 * flood.seconds);
  const [first, startedMs] = [heard.count(), performance.now()];
  await rate;
  const [last, seconds] = [heard.count(), (performance.now() - startedMs) / 1000];
  await heard.until(before + Math.floor(flood.rate * flood.seconds));
  await heard.close();
  return (last - first) / seconds;
}

/** How many events of the log are in the state, by its positions. */
function hearing({ home, log }: World) {
  const reader = openLmdbReader(home.state);
  const count = () => {
    let sum = 0;
    for (let partition = 0; partition < log.partitions; partition++) {
      sum += reader.position(partition as Partition)?.next ?? 0;
    }
    return sum;
  };
  return {
    count,
    async until(events: number) {
      while (count() < events) await sleep(1);
    },
    close: () => reader.close(),
  };
}

interface UnderLoad {
  readonly probes: readonly Probe[];
  readonly rate: number;
  readonly cores: Readonly<Record<Role, number>>;
}

interface Probed extends World {
  readonly client: Client;
  readonly pids: Readonly<Record<Role, number>>;
}

async function probeUnderLoad(
  { client, log, load, pids, withItsTrack }: Probed,
  {
    rate,
    seconds,
    prober,
  }: { readonly rate: number; readonly seconds: number; readonly prober: number },
): Promise<UnderLoad> {
  const publishing = await load.publish({ rate, seconds });
  const [startedMs, before] = [performance.now(), cpuUsOf(pids)];
  let isOver = false;
  const published = publishing.rate.finally(() => {
    isOver = true;
  });
  const eventOf = (event: number) => withItsTrack(steadyEvent(prober, event));
  const probes = await probeFreshness({ client, log }, eventOf, () => isOver);
  const [lastedUs, after] = [(performance.now() - startedMs) * 1000, cpuUsOf(pids)];
  const shares = Object.entries(after).map(([role, us]) => {
    return [role, (us - before[role as Role]) / lastedUs];
  });
  return { probes, rate: await published, cores: Object.fromEntries(shares) };
}

function cpuUsOf(pids: Probed["pids"]): Record<Role, number> {
  const entries = Object.entries(pids).map(([role, pid]) => [role, cpuUsOfProcess(pid)]);
  return Object.fromEntries(entries);
}
