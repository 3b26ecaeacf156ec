import type { Offset, Partition } from "../../core/domain/ids.ts";
import type { LogRecord, NewRecord, Watermarks } from "../../core/log/event-log.ts";
import { partitionOf } from "../../core/log/partition-of.ts";
import type { SentRecord } from "./listening.ts";

/** One partition of the listening topic, and what became of it. */
export interface TopicPartition {
  readonly partition: Partition;
  /** The records of each time that the topic was made, the newest last; none is ever removed
   *  here, so that an oracle can replay them. */
  readonly made: LogRecord[][];
  /** The oldest record that retention left. */
  first: Offset;
  /** Every `first` that retention set, as `times made/first`. */
  readonly truncations: Set<string>;
  /** What the group committed for display; nothing may resume from it. */
  committed: Offset;
  /** The process that owns the partition, by name. */
  owner: string | undefined;
}

/** The brokers: they outlive every process and lose nothing that they acknowledged. */
export interface SimulatedBroker {
  readonly partitions: readonly TopicPartition[];
  readonly letters: NewRecord[];
  /** Neither reads nor writes are answered. */
  away: boolean;
}

export function createBroker(partitions: number): SimulatedBroker {
  return {
    partitions: Array.from({ length: partitions }, (_, index) => ({
      partition: index as Partition,
      made: [[]],
      first: 0 as Offset,
      truncations: new Set(),
      committed: 0 as Offset,
      owner: undefined,
    })),
    letters: [],
    away: false,
  };
}

export function partitionFor(broker: SimulatedBroker, record: SentRecord): TopicPartition {
  return broker.partitions[partitionOf(record.key, broker.partitions.length)]!;
}

export function append(topic: TopicPartition, record: SentRecord): void {
  const records = recordsIn(topic);
  records.push({ ...record, offset: records.length as Offset });
}

/** The records that are there since the topic was last made. */
export function recordsIn(topic: TopicPartition): LogRecord[] {
  return topic.made.at(-1)!;
}

/** How often the topic was made again. */
export function timesRemade(topic: TopicPartition): number {
  return topic.made.length - 1;
}

export function watermarksOf(topic: TopicPartition): Watermarks {
  return { first: topic.first, next: recordsIn(topic).length as Offset };
}

/** Retention removes what is older than `first`. */
export function truncate(topic: TopicPartition, first: Offset): void {
  topic.first = first;
  topic.truncations.add(`${timesRemade(topic)}/${first}`);
}

/** Deletes the topic and makes it again, empty: its offsets begin anew. */
export function remake(topic: TopicPartition): void {
  topic.made.push([]);
  topic.first = 0 as Offset;
  topic.committed = 0 as Offset;
}
