import type { Offset, Partition } from "../domain/ids.ts";
import type { HostAnnouncement } from "./group-host.ts";

/** A partitioned, durable, ordered log of keyed records. Two engines implement it, the embedded
 *  one (one machine, no services) and Kafka, and one contract suite holds them to the same
 *  words. */
export interface EventLog {
  readonly topic: string;
  readonly partitions: number;
  /** Appends in order and resolves when every record is durable. A record's partition follows from
   *  its key (`partitionOf`). Throws `log_unavailable` after the engine's bounded retries. */
  append(records: readonly NewRecord[]): Promise<LogPosition[]>;
  watermarks(partition: Partition): Promise<Watermarks>;
  /** Reads at most `recordsMax` records from `from` on, without joining any group. Empty at the
   *  end. */
  read(partition: Partition, from: Offset, recordsMax: number): Promise<LogRecord[]>;
  /** Joins `group` and delivers batches to `reader` until the subscription is closed. */
  subscribe(group: string, reader: LogReader): Promise<LogSubscription>;
  close(): Promise<void>;
}

export interface NewRecord {
  /** The listener of a listening event, the track of a catalogue event. */
  readonly key: string;
  /** Null is a tombstone: forget this key. */
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds since 1970-01-01 UTC; the time of the append where it is not given. */
  readonly timestampMs?: number;
}

export interface LogRecord {
  readonly offset: Offset;
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestampMs: number;
}

export interface LogPosition {
  readonly partition: Partition;
  readonly offset: Offset;
}

/** `first` is the oldest record that still exists, `next` the offset that the next append gets. */
export interface Watermarks {
  readonly first: Offset;
  readonly next: Offset;
}

export interface LogBatch {
  readonly partition: Partition;
  /** Every record of the partition from this offset to the last one is in the batch; the first
   *  record's offset where it is not given. Offsets that the log does not hold any more, or never
   *  gave to a record, may lie between the two. */
  readonly from?: Offset;
  /** In offset order; not empty. */
  readonly records: readonly LogRecord[];
  /** The partition's high watermark when the batch was read. */
  readonly next: Offset;
}

/** What a consumer of a log does. The reader owns its offsets: the log's own committed offsets are
 *  for display alone and reading never resumes from them. */
export interface LogReader {
  /** The offset to read next, asked on every assignment. Synchronous, since kafkajs must seek
   *  before its first fetch. */
  resumeFrom(partition: Partition): Offset;
  /** What this host tells the others of its group whenever it joins, given what it owns until then.
   *  With it partitions stay where they are, as far as that is fair, and go to whoever holds most
   *  of them. An engine of one machine has nobody to tell. */
  announce?(owned: readonly Partition[]): HostAnnouncement;
  /** Awaited before `resumeFrom` whenever reading of a partition starts, so after a rejected batch,
   *  too: the time to bring here what another reader has made of the partition. A rejection is
   *  tried again with back-off. */
  prepare?(partition: Partition, signal: AbortSignal): Promise<void>;
  /** Called before the first batch of newly assigned partitions. */
  onAssigned?(partitions: readonly Partition[]): void;
  /** Called when partitions are taken away. Batches of them that are still under way must not be
   *  written; the store's fence sees to it. */
  onRevoked?(partitions: readonly Partition[]): void;
  /** One batch at a time per partition. When it resolves, the batch is durable and its last offset
   *  may be committed for display. A rejection is retried with back-off from `resumeFrom`. */
  onBatch(batch: LogBatch, signal: AbortSignal): Promise<void>;
  /** `resumeFrom` lies outside the watermarks: the log lost records or was made anew. Reading goes
   *  on at the returned offset (by custom `watermarks.first`), never silently at the end. */
  onOutOfRange(partition: Partition, wanted: Offset, watermarks: Watermarks): Offset;
}

export interface LogSubscription {
  /** The partitions that this reader owns now. */
  assigned(): readonly Partition[];
  /** Milliseconds since something was last fetched, processed or found idle; a watchdog's input. */
  silentForMs(): number;
  /** Finishes the batch under way, commits, leaves the group. */
  close(): Promise<void>;
}

export const LISTENING_TOPIC = "segue.listening.v1";
export const CATALOGUE_TOPIC = "segue.catalogue.v1";
export const DEAD_LETTER_TOPIC = "segue.dead-letter.v1";
export const RECOMMENDATION_TOPIC = "segue.recommendations.v1";
