import { Failure } from "../../core/domain/failure.ts";
import type { Offset } from "../../core/domain/ids.ts";
import type { LogBatch, LogReader } from "../../core/log/event-log.ts";
import { checkedStart } from "../../core/log/start-offset.ts";
import type { AppliedPosition } from "../../core/state/session-store.ts";
import { recordsIn, type TopicPartition, timesRemade, watermarksOf } from "./broker.ts";
import { type Host, SimulatedFault } from "./host.ts";

/** What one process does with one partition, as an engine's subscription does it. It goes on
 *  until the process is told that the partition is another's, or dies. */
export interface Reading {
  readonly host: Host;
  readonly topic: TopicPartition;
  readonly reader: LogReader;
  readonly abort: AbortController;
  /** The offset to fetch next; undefined where the reader has to be asked. */
  position: Offset | undefined;
  /** Fetched and not yet delivered, with how often the topic had been made again. */
  fetched: { readonly batch: LogBatch; readonly remade: number } | undefined;
  /** Whether the reader has a batch from which it has not gone on. */
  isReading: boolean;
  /** The batches that have not settled, oldest first. */
  readonly underWay: UnderWay[];
  /** The end of the batch that was delivered last. */
  delivered: Offset;
  /** The batches of an earlier ownership by the same process. */
  readonly leaving: readonly UnderWay[];
  /** What was durable when a batch was done: the offset that may be committed for display. */
  done: { readonly next: Offset; readonly remade: number } | undefined;
}

/** A batch with its reader. */
export interface UnderWay {
  readonly next: Offset;
  /** On which position it is computed: that of the batch before it, while any is under way, else
   *  the store's; and where it last wrote. */
  beganAt: Pick<AppliedPosition, "epoch" | "next"> | undefined;
}

export function startReading(
  host: Host,
  topic: TopicPartition,
  { reader, leaving }: Pick<Reading, "reader" | "leaving">,
): Reading {
  return {
    host,
    topic,
    reader,
    leaving,
    abort: new AbortController(),
    position: undefined,
    fetched: undefined,
    isReading: false,
    underWay: [],
    delivered: 0 as Offset,
    done: undefined,
  };
}

export function canFetch(reading: Reading): boolean {
  const { host, topic, position, fetched, underWay, leaving } = reading;
  if (host.stopped || fetched !== undefined) return false;
  if (position !== undefined) return position !== recordsIn(topic).length;
  // The reader is asked for its offset once everything has settled.
  return underWay.length === 0 && leaving.length === 0;
}

export function canDeliver({ host, fetched, isReading, underWay }: Reading): boolean {
  return fetched !== undefined && !isReading && underWay.length < UNDER_WAY_MAX && !host.stopped;
}

/** Fetches at most `recordsMax` records from the reader's offset, or `again` records earlier, as
 *  an engine does that delivers what it delivered before. */
export function fetch(
  reading: Reading,
  { recordsMax, again }: { readonly recordsMax: number; readonly again: number },
): void {
  const { topic, reader } = reading;
  const watermarks = watermarksOf(topic);
  const wanted = reading.position ?? reader.resumeFrom(topic.partition);
  const start = checkedStart(reader, { partition: topic.partition, wanted, watermarks });
  reading.position = start;
  const from = Math.max(watermarks.first, start - again);
  const records = recordsIn(topic).slice(from, start + recordsMax);
  if (start >= watermarks.next) return;
  const batch = {
    partition: topic.partition,
    from: from as Offset,
    records,
    next: watermarks.next,
  };
  reading.fetched = { batch, remade: timesRemade(topic) };
  reading.position = (records.at(-1)!.offset + 1) as Offset;
}

/** A topic that is deleted takes what was fetched of it with it, and every reader asks anew. */
export function forgetFetched(reading: Reading): void {
  reading.position = undefined;
  reading.fetched = undefined;
}

/** Hands the fetched batch to ingest. `onError` is told of a failure that is none of the faults
 *  that an outage or another owner brings. */
export function deliver(
  reading: Reading,
  storedAt: AppliedPosition | undefined,
  onError: (error: unknown) => void,
): void {
  const { batch, remade } = reading.fetched!;
  reading.fetched = undefined;
  reading.isReading = true;
  const next = (batch.records.at(-1)!.offset + 1) as Offset;
  const underWay: UnderWay = { next, beganAt: placeAfterAll(reading) ?? storedAt };
  reading.underWay.push(underWay);
  reading.delivered = next;
  let isReading = true;
  const goOn = () => {
    if (isReading) reading.isReading = false;
    isReading = false;
  };
  const settle = () => {
    goOn();
    reading.underWay.splice(reading.underWay.indexOf(underWay), 1);
  };
  reading.reader.onBatch(batch, reading.abort.signal, goOn).then(
    () => {
      settle();
      reading.done = { next, remade };
    },
    (error: unknown) => {
      settle();
      forgetFetched(reading);
      if (!isExpected(error)) onError(error);
    },
  );
}

/** Where the batches under way will have brought the partition. */
function placeAfterAll({ underWay, delivered }: Reading): UnderWay["beganAt"] {
  const last = underWay.at(-1);
  if (last === undefined) return undefined;
  // A jump may have gone beyond what was delivered.
  const { epoch, next } = last.beganAt ?? { epoch: 0, next: 0 };
  return { epoch, next: Math.max(delivered, next) as Offset };
}

/** Batches of a partition that an engine lets wait for the disk. */
const UNDER_WAY_MAX = 3;
const EXPECTED = new Set(["stale_owner", "store_unavailable", "log_unavailable"]);

/** Whether it is one of the faults that an outage or another owner brings. */
export function isExpected(error: unknown): boolean {
  if (error instanceof SimulatedFault) return true;
  if (error instanceof Failure) return EXPECTED.has(error.code);
  return error instanceof Error && error.name === "AbortError";
}
