import { join } from "node:path";
import { type Child, startChild } from "../../cli/child-process.ts";
import { openLog } from "../../cli/open-log.ts";
import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import type { Offset, Partition } from "../../core/domain/ids.ts";
import { type EventLog, LISTENING_TOPIC, type LogRecord } from "../../core/log/event-log.ts";
import type { FencedLog } from "../../core/log/fenced-log.ts";
import { createKafkaClient } from "../../core/log/kafka-client.ts";
import { openKafkaFencedLog } from "../../core/log/kafka-fenced-log.ts";
import { partitionOf } from "../../core/log/partition-of.ts";
import { openLmdbReader } from "../../core/state/lmdb-reader.ts";
import { openLmdbStore } from "../../core/state/lmdb-store.ts";
import { createMemoryStore } from "../../core/state/memory-store.ts";
import type { SessionStore } from "../../core/state/session-store.ts";
import { applyBatch } from "../../ingest/apply-batch.ts";
import { CHANGELOG_TOPIC, lastPosition } from "../../ingest/changelog/changelog-records.ts";
import { publishRandomBundle } from "../fixtures/random-bundle.ts";
import { BEGAN_AT_MS, type Delivery } from "./listening-records.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Several hosts on one Kafka, each with a data folder of its own, and all that was ever written to
 *  the listening topic. */
export interface Hosts {
  readonly log: EventLog;
  readonly changelog: FencedLog;
  readonly bundle: string;
  /** Appended so far, by partition. */
  readonly appended: readonly LogRecord[][];
  append(deliveries: readonly Delivery[]): Promise<void>;
  /** Takes from the topic what the changelog no longer needs, so that nobody can replay it. */
  trim(): Promise<void>;
  startIngest(name: string, ...options: string[]): Promise<Child>;
  /** A scorer of the same host, at a port of this machine. */
  startScorer(name: string, port: number, ...options: string[]): Promise<Child>;
  /** What every command of a host is given. */
  args(name: string): string[];
  /** The folder of a host's store. */
  state(name: string): string;
  /** Ends the hosts that still run, too. */
  close(): Promise<void>;
}

const silently = () => undefined;

export async function openHosts(brokers: readonly string[], prefix: string): Promise<Hosts> {
  const folder = temporaryFolder();
  const bundle = join(folder, "bundle");
  const sizes = { tracks: 50, dimension: 8, hidden: 16 };
  await publishRandomBundle(bundle, { ...sizes, features: ["kind", "gap"], seed: 1 });
  const log = await openLog({ brokers, topicPrefix: prefix }, LISTENING_TOPIC);
  const { partitions } = log;
  const topic = `${prefix}${CHANGELOG_TOPIC}`;
  const shared = { brokers, clientId: "tests", topic, partitions, compacted: true };
  const changelog = await openKafkaFencedLog({ ...shared, onNotice: silently });
  const admin = createKafkaClient(shared, { retriesMax: 10, onNotice: silently }).admin();
  await admin.connect();
  const children: Child[] = [];
  const appended = Array.from({ length: partitions }, (): LogRecord[] => []);

  async function trim(): Promise<void> {
    const ends: { partition: number; offset: string }[] = [];
    for (let partition = 0; partition < partitions; partition++) {
      const last = await lastPosition(changelog, partition as Partition);
      if (last !== undefined) ends.push({ partition, offset: String(last.next) });
    }
    if (ends.length === 0) return;
    // kafkajs deletes only in topics whose leaders it has been told of.
    await admin.fetchTopicOffsets(log.topic);
    await admin.deleteTopicRecords({ topic: log.topic, partitions: ends });
  }

  function args(name: string): string[] {
    const place = ["--home", join(folder, name), "--bundle", bundle];
    return [...place, "--brokers", brokers.join(","), "--topic-prefix", prefix];
  }

  async function start(command: string, name: string, options: readonly string[]): Promise<Child> {
    const child = await startChild(command, [...args(name), ...options]);
    children.push(child);
    return child;
  }

  return {
    log,
    changelog,
    bundle,
    appended,
    trim,
    async append(deliveries) {
      const records = deliveries.map((one) => ({ timestampMs: BEGAN_AT_MS, headers: {}, ...one }));
      const places = await log.append(records);
      for (const [index, { partition, offset }] of places.entries()) {
        appended[partition]!.push({ ...records[index]!, offset });
      }
    },
    startIngest: (name, ...options) => start("ingest", name, options),
    startScorer: (name, port, ...options) =>
      start("serve", name, ["--port", String(port), ...options]),
    args,
    state: (name) => join(folder, name, "state"),
    async close() {
      await Promise.all(children.map((child) => child.stop(0)));
      for (const open of [log, changelog]) await open.close();
      await admin.disconnect();
    },
  };
}

/** Resolves once one of these hosts has applied each partition to its end. */
export async function untilApplied(hosts: Hosts, names: readonly string[]): Promise<void> {
  const readers = names.map((name) => openLmdbReader(hosts.state(name)));
  const isDone = (records: readonly LogRecord[], partition: number) =>
    readers.some((reader) => reader.position(partition as Partition)?.next === records.length);
  while (!hosts.appended.every(isDone)) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const reader of readers) await reader.close();
}

/** Each partition as the host has it that applied it to its end, all in one store. The hosts must
 *  have ended. */
export async function unionOf(hosts: Hosts, names: readonly string[]): Promise<SessionStore> {
  const union = createMemoryStore();
  const stores = names.map((name) => openLmdbStore(hosts.state(name)));
  for (const [index, records] of hosts.appended.entries()) {
    const partition = index as Partition;
    const owner = stores.find((store) => store.position(partition)?.next === records.length);
    if (owner === undefined) throw new Error(`no host has applied partition ${partition}`);
    const listeners = owner
      .listenersAfter(undefined, Number.MAX_SAFE_INTEGER)
      .filter((listener) => partitionOf(listener, hosts.appended.length) === partition);
    await union.commit({
      partition,
      expectedNext: 0 as Offset,
      position: owner.position(partition)!,
      records: new Map(listeners.map((listener) => [listener, owner.bytesOf(listener)!])),
    });
  }
  for (const store of stores) await store.close();
  return union;
}

/** The digest of a store that hears all that was appended, one partition after the other. */
export async function replayDigest(hosts: Hosts): Promise<string> {
  const bundle = await openBundle(hosts.bundle);
  const runner = await createStepRunner(bundle);
  const store = createMemoryStore();
  const deadLetters = { append: async () => [] };
  const context = { store, models: { bundle, runner }, topic: hosts.log.topic, deadLetters };
  const { signal } = new AbortController();
  for (const [index, all] of hosts.appended.entries()) {
    const partition = index as Partition;
    for (let from = 0; from < all.length; from += REPLAY_RECORDS) {
      const records = all.slice(from, from + REPLAY_RECORDS);
      await applyBatch({ partition, records, next: all.at(-1)!.offset }, { ...context, signal });
    }
  }
  await runner.close();
  return store.digest();
}

/** Records of one batch: a long storm has more than fit into one. */
const REPLAY_RECORDS = 20_000;
