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
  underWay: boolean;
  /** Where the store stood when the batch under way was delivered, or when it last wrote. */
  beganAt: AppliedPosition | undefined;
  /** What was durable when a batch was done: the offset that may be committed for display. */
  done: { readonly next: Offset; readonly remade: number } | undefined;
}

export function startReading(host: Host, topic: TopicPartition, reader: LogReader): Reading {
  return {
    host,
    topic,
    reader,
    abort: new AbortController(),
    position: undefined,
    fetched: undefined,
    underWay: false,
    beganAt: undefined,
    done: undefined,
  };
}

export function canFetch({ host, topic, position, fetched, underWay }: Reading): boolean {
  if (host.stopped || underWay || fetched !== undefined) return false;
  return position === undefined || position !== recordsIn(topic).length;
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
  reading.underWay = true;
  reading.beganAt = storedAt;
  const next = (batch.records.at(-1)!.offset + 1) as Offset;
  reading.reader.onBatch(batch, reading.abort.signal).then(
    () => {
      reading.underWay = false;
      reading.position = remade === timesRemade(reading.topic) ? next : undefined;
      reading.done = { next, remade };
    },
    (error: unknown) => {
      reading.underWay = false;
      reading.position = undefined;
      if (!isExpected(error)) onError(error);
    },
  );
}

const EXPECTED = new Set(["stale_owner", "store_unavailable", "log_unavailable"]);

/** Whether it is one of the faults that an outage or another owner brings. */
export function isExpected(error: unknown): boolean {
  if (error instanceof SimulatedFault) return true;
  if (error instanceof Failure) return EXPECTED.has(error.code);
  return error instanceof Error && error.name === "AbortError";
}
