import type { FSWatcher } from "node:fs";
import { Failure } from "../domain/failure.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import type { EmbeddedStore } from "./embedded-store.ts";
import type { LogReader, LogSubscription, Watermarks } from "./event-log.ts";
import { createGroupLock, type GroupLock } from "./group-lock.ts";
import {
  BATCH_BYTES_MAX,
  BATCH_RECORDS_MAX,
  CLOSE_ABORTED_WAIT_MS,
  CLOSE_WAIT_MS,
  retryWaitMs,
} from "./log-limits.ts";
import type { LogNoticeListener } from "./log-notice.ts";
import { settlesWithin } from "./settles-within.ts";
import { checkedStart } from "./start-offset.ts";

/** Between two looks at a log that was written a moment ago, at one that is quiet, and where the
 *  file system has shown that it tells of writes. */
const POLL_ACTIVE_MS = 1;
const POLL_QUIET_MS = 5;
const POLL_WATCHED_MS = 25;
/** How long after a record a log counts as active. */
const ACTIVE_FOR_MS = 500;
/** How often a stand-by asks whether the group's owner is gone. */
const STAND_BY_MS = 50;

export interface EmbeddedSubscriptionOptions {
  readonly store: EmbeddedStore;
  readonly partitions: number;
  readonly group: string;
  readonly reader: LogReader;
  readonly onNotice: LogNoticeListener;
  readonly onClosed: () => void;
}

/** Reads all partitions for one group. One subscription of a group reads at a time, on the whole
 *  machine: another stands by with no partitions, as a surplus member of a Kafka group does, and
 *  takes over within `STAND_BY_MS` of the owner's close or death.
 *
 *  LMDB tells nobody of a commit. The file system does (25 ms polls then only guard against a lost
 *  message: a Node timer at 5 ms alone costs 2% of a core); where it is silent, polling is all. */
export class EmbeddedSubscription implements LogSubscription {
  readonly #options: EmbeddedSubscriptionOptions;
  readonly #lock: GroupLock;
  readonly #abort = new AbortController();
  #reading: PartitionReading[] = [];
  readonly #watcher: FSWatcher;
  #writesAreTold = false;
  #timer: NodeJS.Timeout | undefined;
  #lookUnderWay: Promise<void> | undefined;
  #lookAgain = false;
  #closing: Promise<void> | undefined;
  #lastHeardMs = performance.now();
  #lastRecordMs = 0;

  constructor(options: EmbeddedSubscriptionOptions) {
    this.#options = options;
    this.#lock = createGroupLock(options.store, options.group);
    this.#watcher = options.store.watchWrites(() => {
      this.#writesAreTold = true;
      this.wake();
    });
    // Polling is all that is left where the watch ends.
    this.#watcher.on("error", () => {
      this.#writesAreTold = false;
    });
  }

  /** Looks at the log at once, then for as long as the subscription is open. */
  wake(): void {
    if (this.#closing !== undefined) return;
    if (this.#lookUnderWay !== undefined) {
      this.#lookAgain = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#lookUnderWay = this.#look().then((waitMs) => {
      this.#lookUnderWay = undefined;
      this.#timer = setTimeout(() => this.wake(), this.#lookAgain ? 0 : waitMs);
      this.#lookAgain = false;
    });
  }

  assigned(): readonly Partition[] {
    return this.#reading.map(({ partition }) => partition);
  }

  silentForMs(): number {
    return performance.now() - this.#lastHeardMs;
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await this.#lookUnderWay;
    clearTimeout(this.#timer);
    this.#watcher.close();
    const underWay = Promise.all(this.#reading.map(({ batch }) => batch));
    if (!(await settlesWithin(underWay, CLOSE_WAIT_MS))) {
      this.#abort.abort();
      await settlesWithin(underWay, CLOSE_ABORTED_WAIT_MS);
    }
    this.#reading = [];
    await this.#lock.release();
    this.#options.onClosed();
  }

  /** One look at the log; resolves with the wait before the next. */
  async #look(): Promise<number> {
    try {
      if (this.#reading.length === 0 && !(await this.#takeOver())) return STAND_BY_MS;
      if (this.#closing !== undefined) return POLL_QUIET_MS;
      const watermarks = this.#options.store.watermarks();
      const nowMs = performance.now();
      this.#lastHeardMs = nowMs;
      for (const reading of this.#reading) {
        if (reading.batch !== undefined || nowMs < reading.retryAtMs) continue;
        this.#deliverNext(reading, watermarks[reading.partition]!);
      }
      if (this.#writesAreTold) return POLL_WATCHED_MS;
      return nowMs - this.#lastRecordMs < ACTIVE_FOR_MS ? POLL_ACTIVE_MS : POLL_QUIET_MS;
    } catch (cause) {
      const message = `group ${this.#options.group} cannot read the embedded log`;
      this.#options.onNotice({ level: "error", message, cause });
      return retryWaitMs(5);
    }
  }

  async #takeOver(): Promise<boolean> {
    const taken = await this.#lock.tryTake();
    this.#lastHeardMs = performance.now();
    if (!taken) return false;
    const { partitions, reader } = this.#options;
    for (let index = 0; index < partitions; index++) {
      await reader.prepare?.(index as Partition, this.#abort.signal);
    }
    const reading = Array.from({ length: partitions }, (_, index) => ({
      partition: index as Partition,
      position: reader.resumeFrom(index as Partition),
      batch: undefined,
      failures: 0,
      retryAtMs: 0,
    }));
    reader.onAssigned?.(reading.map(({ partition }) => partition));
    this.#reading = reading;
    return true;
  }

  #deliverNext(reading: PartitionReading, watermarks: Watermarks): void {
    try {
      const { partition } = reading;
      reading.position = checkedStart(this.#options.reader, {
        partition,
        wanted: reading.position,
        watermarks,
      });
      if (reading.position >= watermarks.next) return;
      const limits = { recordsMax: BATCH_RECORDS_MAX, bytesMax: BATCH_BYTES_MAX };
      const records = this.#options.store.read(partition, reading.position, limits);
      if (records.length === 0) {
        throw new Failure("log_data_lost", `record ${reading.position} is not in the embedded log`);
      }
      this.#lastRecordMs = performance.now();
      reading.batch = this.#options.reader
        .onBatch(
          { partition, from: reading.position, records, next: watermarks.next },
          this.#abort.signal,
        )
        .then(
          () => this.#batchDone(reading, (records.at(-1)!.offset + 1) as Offset),
          (cause) => this.#batchFailed(reading, cause),
        );
    } catch (cause) {
      this.#batchFailed(reading, cause);
    }
  }

  #batchDone(reading: PartitionReading, position: Offset): void {
    reading.position = position;
    reading.failures = 0;
    reading.batch = undefined;
    this.#lastHeardMs = performance.now();
    this.wake();
  }

  #batchFailed(reading: PartitionReading, cause: unknown): void {
    reading.batch = undefined;
    reading.failures += 1;
    const waitMs = retryWaitMs(reading.failures);
    reading.retryAtMs = performance.now() + waitMs;
    const message = `a batch of partition ${reading.partition} failed; retry in ${waitMs} ms`;
    this.#options.onNotice({ level: "warning", message, cause });
    try {
      reading.position = this.#options.reader.resumeFrom(reading.partition);
    } catch (resumeCause) {
      const resumeMessage = `partition ${reading.partition} has no offset to resume from`;
      this.#options.onNotice({ level: "error", message: resumeMessage, cause: resumeCause });
    }
  }
}

/** Where reading of a partition stands. */
interface PartitionReading {
  readonly partition: Partition;
  position: Offset;
  batch: Promise<void> | undefined;
  failures: number;
  retryAtMs: number;
}
