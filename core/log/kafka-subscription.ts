import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload, Kafka } from "kafkajs";
import type { Offset, Partition } from "../domain/ids.ts";
import type { LogReader, LogSubscription, Watermarks } from "./event-log.ts";
import { assignersOf } from "./kafka-assigner.ts";
import { placeOf } from "./kafka-batch-place.ts";
import { type DisplayCommits, startDisplayCommits } from "./kafka-display-commits.ts";
import { type OwnedPartition, ownedPartition } from "./kafka-partition.ts";
import { boundedBatches, recordOf } from "./kafka-record.ts";
import { sessionTimes } from "./kafka-session.ts";
import {
  BATCH_BYTES_MAX,
  CLOSE_ABORTED_WAIT_MS,
  CLOSE_WAIT_MS,
  retryWaitMs,
} from "./log-limits.ts";
import type { LogNoticeListener } from "./log-notice.ts";
import { settlesWithin } from "./settles-within.ts";
import { checkedStart, preparedFor } from "./start-offset.ts";

/** The broker answers at once when there are records; this only bounds how long it waits for
 *  one. */
const FETCH_WAIT_MS = 100;
/** Partitions whose batches are under way at once. */
const PARTITIONS_AT_ONCE_MAX = 16;
/** How long leaving a group may take where its broker is away. */
const LEAVE_WAIT_MS = 5_000;
const RESTART_WAIT_MS = 1_000;

export interface KafkaSubscriptionOptions {
  readonly client: Kafka;
  readonly topic: string;
  readonly partitions: number;
  readonly group: string;
  readonly sessionTimeoutMs?: number | undefined;
  readonly reader: LogReader;
  readonly watermarks: (partition: Partition) => Promise<Watermarks>;
  readonly onNotice: LogNoticeListener;
  readonly onClosed: () => void;
}

/** One member of a Kafka group. Partitions are paused the moment they are assigned, seeked to the
 *  reader's own offset once that is checked against the watermarks, and only then fetched; so
 *  neither the group's committed offsets nor kafkajs's reset of an offset that is out of range can
 *  make reading jump. */
export class KafkaSubscription implements LogSubscription {
  readonly #options: KafkaSubscriptionOptions;
  readonly #consumer: Consumer;
  readonly #owned = new Map<Partition, OwnedPartition>();
  /** The work that was under way when its partition was taken away. */
  readonly #leaving = new Map<Partition, Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #commits: DisplayCommits;
  #closing: Promise<void> | undefined;
  #lastHeardMs = performance.now();

  /** Joins the group; resolves when its partitions are assigned. */
  static async join(options: KafkaSubscriptionOptions): Promise<KafkaSubscription> {
    const subscription = new KafkaSubscription(options);
    const { CRASH, FETCH, GROUP_JOIN, HEARTBEAT } = subscription.#consumer.events;
    subscription.#consumer.on(GROUP_JOIN, (event) => subscription.#joined(event));
    subscription.#consumer.on(FETCH, () => subscription.#heard());
    subscription.#consumer.on(HEARTBEAT, () => subscription.#heard());
    subscription.#consumer.on(CRASH, ({ payload }) => {
      if (!payload.restart) subscription.#restartLater(payload.error);
    });
    await subscription.#consumer.connect();
    // An offset that leaves the log while it is read is met at the log's beginning, not at its end.
    await subscription.#consumer.subscribe({ topic: options.topic, fromBeginning: true });
    await subscription.#run();
    return subscription;
  }

  private constructor(options: KafkaSubscriptionOptions) {
    this.#options = options;
    const { announce } = options.reader;
    this.#consumer = options.client.consumer({
      groupId: options.group,
      ...assignersOf(announce && (() => announce(this.assigned()))),
      ...sessionTimes(options.sessionTimeoutMs),
      maxWaitTimeInMs: FETCH_WAIT_MS,
      minBytes: 1,
      maxBytesPerPartition: BATCH_BYTES_MAX,
      allowAutoTopicCreation: false,
      retry: {},
    });
    const [consumer, owned] = [this.#consumer, this.#owned];
    this.#commits = startDisplayCommits({ ...options, consumer, owned });
  }

  assigned(): readonly Partition[] {
    return [...this.#owned.keys()];
  }

  silentForMs(): number {
    return performance.now() - this.#lastHeardMs;
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    const owned = [...this.#owned.values()];
    const underWay = Promise.all(owned.map(({ work }) => work));
    if (!(await settlesWithin(underWay, CLOSE_WAIT_MS))) {
      for (const { abort } of owned) abort.abort();
      await settlesWithin(underWay, CLOSE_ABORTED_WAIT_MS);
    }
    await settlesWithin(this.#commits.finish(), LEAVE_WAIT_MS);
    await settlesWithin(this.#consumer.disconnect(), LEAVE_WAIT_MS);
    this.#owned.clear();
    this.#options.onClosed();
  }

  async #run(): Promise<void> {
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: Math.min(this.#options.partitions, PARTITIONS_AT_ONCE_MAX),
      eachBatch: (payload) => this.#fetched(payload),
    });
  }

  /** kafkajs stays down after some crashes while the process lives on. */
  #restartLater(cause: unknown): void {
    if (this.#closing !== undefined) return;
    const message = `group ${this.#options.group} lost its consumer; it starts again`;
    this.#options.onNotice({ level: "error", message, cause });
    this.#later(RESTART_WAIT_MS, async () => {
      try {
        await this.#consumer.connect();
        await this.#run();
      } catch (failure) {
        this.#restartLater(failure);
      }
    });
  }

  #joined({ payload }: ConsumerGroupJoinEvent): void {
    this.#heard();
    const { reader, topic } = this.#options;
    const assigned = (payload.memberAssignment[topic] ?? []) as Partition[];
    if (assigned.length > 0) this.#consumer.pause([{ topic, partitions: assigned }]);
    this.#release(this.assigned().filter((partition) => !assigned.includes(partition)));
    const gained = assigned.filter((partition) => !this.#owned.has(partition));
    for (const partition of gained) {
      const after = this.#leaving.get(partition) ?? Promise.resolve();
      this.#owned.set(partition, ownedPartition(partition, after));
    }
    if (gained.length > 0) this.#tell(() => reader.onAssigned?.(gained));
    for (const owned of this.#owned.values()) void this.#startFromReader(owned);
  }

  #release(lost: readonly Partition[]): void {
    if (lost.length === 0) return;
    for (const partition of lost) {
      const { abort, work } = this.#owned.get(partition)!;
      this.#owned.delete(partition);
      this.#leaving.set(partition, work);
      abort.abort();
    }
    this.#tell(() => this.#options.reader.onRevoked?.(lost));
  }

  #tell(reader: () => void): void {
    try {
      reader();
    } catch (cause) {
      const message = `a reader of group ${this.#options.group} failed at a change of partitions`;
      this.#options.onNotice({ level: "error", message, cause });
    }
  }

  /** Seeks a paused partition to the reader's offset, checked, and lets it be fetched. */
  async #startFromReader(owned: OwnedPartition): Promise<void> {
    const { partition } = owned;
    const { reader, topic } = this.#options;
    owned.expected = undefined;
    owned.starts += 1;
    const start = owned.starts;
    try {
      await owned.work;
      if (!this.#owns(owned)) return;
      const asked = { watermarks: this.#options.watermarks, signal: owned.abort.signal };
      const watermarks = await preparedFor(reader, partition, asked);
      if (!this.#owns(owned) || owned.starts !== start) return;
      const wanted = reader.resumeFrom(partition);
      owned.expected = checkedStart(reader, { partition, wanted, watermarks });
      // Another owner may not have flushed it yet; what a batch moves on from here is durable.
      owned.committed = owned.expected;
      this.#consumer.seek({ topic, partition, offset: String(owned.expected) });
      this.#consumer.resume([{ topic, partitions: [partition] }]);
    } catch (cause) {
      this.#retryLater(owned, cause);
    }
  }

  #retryLater(owned: OwnedPartition, cause: unknown): void {
    if (!this.#owns(owned)) return;
    owned.failures += 1;
    const waitMs = retryWaitMs(owned.failures);
    const message = `a batch of partition ${owned.partition} failed; retry in ${waitMs} ms`;
    this.#options.onNotice({ level: "warning", message, cause });
    this.#startLater(owned, waitMs);
  }

  #startLater(owned: OwnedPartition, waitMs: number): void {
    owned.expected = undefined;
    this.#later(waitMs, () => this.#startFromReader(owned));
    try {
      this.#consumer.pause([{ topic: this.#options.topic, partitions: [owned.partition] }]);
    } catch (cause) {
      // Only a consumer that is down cannot pause; it starts all partitions when it joins again.
      const message = `partition ${owned.partition} waits for its consumer`;
      this.#options.onNotice({ level: "warning", message, cause });
    }
  }

  /** kafkajs waits for this before it fetches from that broker again. */
  async #fetched(payload: EachBatchPayload): Promise<void> {
    const owned = this.#owned.get(payload.batch.partition as Partition);
    if (owned === undefined) return;
    const { heartbeatInterval } = sessionTimes(this.#options.sessionTimeoutMs);
    const heartbeats = setInterval(() => {
      // A failed heartbeat is met again by kafkajs's own after the batch, which joins anew.
      payload.heartbeat().catch(() => undefined);
    }, heartbeatInterval);
    owned.work = owned.work.then(() => this.#deliver(owned, payload));
    await owned.work.finally(() => clearInterval(heartbeats));
  }

  async #deliver(owned: OwnedPartition, payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const through = Number(batch.lastOffset()) + 1;
    try {
      if (!(await this.#isNext(owned, payload, through))) return;
      const expected = owned.expected ?? 0;
      const fresh = batch.messages.filter(({ offset }) => Number(offset) >= expected);
      for (const records of boundedBatches(fresh.map(recordOf))) {
        if (owned.expected === undefined || payload.isStale() || !this.#owns(owned)) return;
        const { partition, abort, expected: from } = owned;
        const next = Number(batch.highWatermark) as Offset;
        await this.#options.reader.onBatch({ partition, from, records, next }, abort.signal);
        this.#advance(owned, payload, (records.at(-1)!.offset + 1) as Offset);
      }
      this.#advance(owned, payload, through as Offset);
    } catch (cause) {
      this.#retryLater(owned, cause);
    }
  }

  /** Whether the batch holds what is to be delivered next; where it does not, and no seek is
   *  pending that says why, the reader's offset is checked anew. */
  async #isNext(
    owned: OwnedPartition,
    { batch, isStale }: EachBatchPayload,
    through: number,
  ): Promise<boolean> {
    const { expected, partition } = owned;
    if (expected === undefined || isStale() || !this.#owns(owned)) return false;
    // kafkajs keeps the offset that it fetched at, but leaves it out of the type.
    const { fetchedOffset } = batch as { fetchedOffset?: string };
    const place = placeOf(
      { from: Number(fetchedOffset ?? batch.firstOffset()), through },
      expected,
    );
    if (place === "deliver") return true;
    const { first, next } = await this.#options.watermarks(partition);
    if (place === "ahead" && expected >= first && expected <= next) return true;
    this.#startLater(owned, 0);
    return false;
  }

  #advance(owned: OwnedPartition, payload: EachBatchPayload, through: Offset): void {
    this.#heard();
    owned.failures = 0;
    if (owned.expected === undefined || payload.isStale()) return;
    owned.expected = through;
    payload.resolveOffset(String(through - 1));
  }

  #owns(owned: OwnedPartition): boolean {
    return this.#closing === undefined && this.#owned.get(owned.partition) === owned;
  }

  #heard(): void {
    this.#lastHeardMs = performance.now();
  }

  #later(waitMs: number, work: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void work();
    }, waitMs);
    this.#timers.add(timer);
  }
}
