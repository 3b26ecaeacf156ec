import { cpus } from "node:os";
import { join } from "node:path";
import { drawTable } from "../cli/table.ts";
import { roundHidden } from "../core/bundle/hidden-bits.ts";
import { pseudoRandom, randomFloats } from "../core/bundle/pseudo-random.ts";
import type {
  BundleMark,
  EventHash,
  ListenerId,
  Offset,
  Partition,
  TrackHash,
} from "../core/domain/ids.ts";
import { openKafkaFencedLog } from "../core/log/kafka-fenced-log.ts";
import { openKafkaLog } from "../core/log/kafka-log.ts";
import { DEDUPE_EVENTS_LEAST } from "../core/state/listener-record.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import { packedEvents } from "../core/state/recent-events.ts";
import { rememberedFraction, rememberedTimeMs } from "../core/state/remembered.ts";
import type { StoredRecord } from "../core/state/stored-record.ts";
import { startBroker } from "../deploy/kafka/broker.ts";
import { CHANGELOG_TOPIC } from "../ingest/changelog/changelog-records.ts";
import { type ChangelogKeeper, keepChangelog } from "../ingest/changelog/keep-changelog.ts";
import type { BenchOptions } from "./bench.ts";
import { requireThat } from "./did-not-happen.ts";
import { cpuUsOf } from "./measure.ts";
import { makeHome } from "./temporary.ts";

const LISTENERS = { full: 100_000, quick: 5_000 };
const ONLY = 0 as Partition;
const COMMIT_LISTENERS = 1_000;
const HIDDEN = 100;
const RECENT_EVENTS = 30;
const BEGAN_AT_MS = Date.UTC(2024, 0, 1);
const silently = () => undefined;
const never = new AbortController().signal;

/** How long a host takes to have a partition's state, from nothing and from a copy that it
 *  followed, over a real broker, once the partition is assigned to it; and what the owner's
 *  writing costs.
 *  Resolves with the text for stdout. */
export async function takeover({ json, quick, sizes, progress }: BenchOptions): Promise<string> {
  const listeners = sizes.listeners ?? (quick ? LISTENERS.quick : LISTENERS.full);
  const home = makeHome();
  const broker = await startBroker();
  const shared = { brokers: broker.brokers, clientId: "bench", partitions: 1, onNotice: silently };
  const log = await openKafkaLog({ ...shared, topic: "takeover" });
  const open = async (name: string): Promise<Host> => {
    const changelog = await openKafkaFencedLog({
      ...shared,
      topic: CHANGELOG_TOPIC,
      compacted: true,
    });
    const store = openLmdbStore(join(home.folder, name));
    const keeper = keepChangelog({ changelog, log, store, onNotice: silently });
    const close = async () => {
      await keeper.close();
      for (const opened of [changelog, store]) await opened.close();
    };
    return { keeper, close };
  };
  try {
    const owner = await open("owner");
    await owner.keeper.prepare(ONLY, never);
    progress(`writes ${listeners} listeners and their changelog`);
    const written = await fill(owner.keeper, listeners);
    const standby = await open("standby");
    progress("follows the partition");
    standby.keeper.follow([ONLY]);
    while (!isThere(standby.keeper, listeners)) await new Promise((then) => setTimeout(then, 20));
    await owner.close();
    progress("takes it over from nothing");
    const fresh = await open("fresh");
    const fromNothing = await measured(fresh.keeper, listeners);
    await fresh.close();
    progress("takes it over from the copy");
    const fromStandby = await measured(standby.keeper, listeners);
    await standby.close();
    const figures = {
      quick,
      listeners,
      bytes_per_record: written.bytesPerRecord,
      write_cpu_us_per_listener: written.cpuUs / listeners,
      from_nothing_seconds: fromNothing.seconds,
      from_nothing_cpu_us_per_listener: fromNothing.cpuUs / listeners,
      from_standby_seconds: fromStandby.seconds,
      machine: { cores: cpus().length, cpu: cpus()[0]?.model ?? "", node: process.version },
    };
    return json ? `${JSON.stringify(figures, null, 2)}\n` : tableOf(figures);
  } finally {
    await log.close();
    await broker.stop();
    home.remove();
  }
}

interface Host {
  readonly keeper: ChangelogKeeper;
  close(): Promise<void>;
}

/** Commits every listener's record, as large as records get, and then writes the changelog. */
async function fill(keeper: ChangelogKeeper, listeners: number) {
  const { store } = keeper;
  for (let from = 0; from < listeners; from += COMMIT_LISTENERS) {
    const count = Math.min(COMMIT_LISTENERS, listeners - from);
    const numbers = Array.from({ length: count }, (_, index) => from + index);
    const expectedNext = store.position(ONLY)?.next ?? (0 as Offset);
    const position = { epoch: 0, next: (from + count) as Offset, appendedAtMs: Date.now() };
    const records = new Map(numbers.map((number) => [listenerAt(number), recordAt(number)]));
    await store.commit({ partition: ONLY, expectedNext, position, records });
  }
  const cpuUs = await cpuUsOf(async () => {
    while (keeper.behind() > 0) await keeper.publish();
  });
  return { cpuUs, bytesPerRecord: store.bytesOf(listenerAt(0))!.length };
}

async function measured(keeper: ChangelogKeeper, listeners: number) {
  const startedMs = performance.now();
  const cpuUs = await cpuUsOf(() => keeper.prepare(ONLY, never));
  const seconds = (performance.now() - startedMs) / 1000;
  const last = keeper.store.read(listenerAt(listeners - 1));
  requireThat(isThere(keeper, listeners) && last !== undefined, "the partition is there");
  return { seconds, cpuUs };
}

function isThere({ store }: ChangelogKeeper, listeners: number): boolean {
  return store.position(ONLY)?.next === listeners;
}

function listenerAt(number: number): ListenerId {
  return `listener-${number}` as ListenerId;
}

function recordAt(number: number): StoredRecord {
  const random = pseudoRandom(number + 1);
  const hash = (bits: number) => Math.floor(Math.abs(random()) * 2 ** bits);
  const recent = Array.from({ length: RECENT_EVENTS }, (_, index) => ({
    track: hash(52) as TrackHash,
    happenedAtMs: rememberedTimeMs(BEGAN_AT_MS + index * 200_000 + hash(10)),
    kind: "finished" as const,
    fractionPlayed: rememberedFraction(Math.abs(random())),
    gapMs: hash(18),
    sessionStart: index === 0,
    context: "playlist" as const,
    shuffle: false,
  }));
  return {
    bundle: "ab".repeat(8) as BundleMark,
    partition: ONLY,
    epoch: 0,
    heardOffset: number as Offset,
    lastEventAtMs: BEGAN_AT_MS + RECENT_EVENTS * 200_000,
    session: undefined,
    sessionSteps: RECENT_EVENTS,
    steps: RECENT_EVENTS,
    recent: packedEvents(recent),
    heardEvents: Array.from({ length: DEDUPE_EVENTS_LEAST }, () => hash(40) as EventHash),
    disliked: [],
    hidden: { short: stateOf(random), long: stateOf(random) },
  };
}

/** [HIDDEN], in bytes. */
function stateOf(random: () => number): Float32Array {
  const state = randomFloats(random, HIDDEN);
  roundHidden(state, 8);
  return state;
}

interface Figures {
  readonly listeners: number;
  readonly bytes_per_record: number;
  readonly write_cpu_us_per_listener: number;
  readonly from_nothing_seconds: number;
  readonly from_nothing_cpu_us_per_listener: number;
  readonly from_standby_seconds: number;
}

function tableOf(figures: Figures): string {
  const rows: [string, string][] = [
    ["listeners of the partition", String(figures.listeners)],
    ["bytes of a record", String(figures.bytes_per_record)],
    ["seconds from nothing", figures.from_nothing_seconds.toFixed(2)],
    ["CPU µs a listener, from nothing", figures.from_nothing_cpu_us_per_listener.toFixed(1)],
    ["seconds from a copy", figures.from_standby_seconds.toFixed(3)],
    ["CPU µs a listener, to write", figures.write_cpu_us_per_listener.toFixed(1)],
  ];
  return drawTable([{ title: "takeover" }, { title: "", right: true }], rows);
}
