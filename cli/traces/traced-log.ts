import {
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from "@opentelemetry/api";
import type { EventLog, LogBatch, LogReader, LogRecord } from "../../core/log/event-log.ts";
import { childOf, sampledParent } from "./trace-parent.ts";

/** Records of a batch that are told of; others are applied as well and only counted. */
const TOLD_MAX = 128;

/** The log, but that each batch with a record whose producer traces it is told of: one span for the
 *  batch, linked to those records' spans, and one for each of these records in its producer's own
 *  trace, from its entry into the log to the commit that lets replies see it. No span holds a key
 *  or a value of a record. */
export function tracedLog(log: EventLog, tracer: Tracer): EventLog {
  return {
    ...log,
    subscribe: (group, reader) => log.subscribe(group, tracedReader(reader, log.topic, tracer)),
  };
}

function tracedReader(reader: LogReader, topic: string, tracer: Tracer): LogReader {
  return {
    ...reader,
    async onBatch(batch, signal) {
      const told = toldRecords(batch);
      if (told.length === 0) return reader.onBatch(batch, signal);
      const span = beginBatch(batch, told, { topic, tracer });
      try {
        await reader.onBatch(batch, signal);
        for (const one of told) tellEvent(one, { batch, span: span.spanContext(), topic, tracer });
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    },
  };
}

interface ToldRecord {
  readonly record: LogRecord;
  readonly parent: SpanContext;
}

function toldRecords({ records }: LogBatch): ToldRecord[] {
  const told: ToldRecord[] = [];
  for (const record of records) {
    const parent = sampledParent(record.headers.traceparent);
    if (parent !== undefined) told.push({ record, parent });
    if (told.length === TOLD_MAX) break;
  }
  return told;
}

interface Telling {
  readonly topic: string;
  readonly tracer: Tracer;
}

function beginBatch(
  { partition, records }: LogBatch,
  told: readonly ToldRecord[],
  { topic, tracer }: Telling,
) {
  const attributes = {
    ...placeOf(topic, partition),
    "messaging.operation.type": "process",
    "messaging.batch.message_count": records.length,
    "segue.first_offset": records[0]!.offset,
    "segue.last_offset": records.at(-1)!.offset,
  };
  const links = told.map(({ parent }) => ({ context: parent }));
  const options = { kind: SpanKind.CONSUMER, attributes, links };
  return tracer.startSpan("segue apply batch", options, ROOT_CONTEXT);
}

function tellEvent(
  { record, parent }: ToldRecord,
  {
    batch,
    span,
    topic,
    tracer,
  }: Telling & { readonly batch: LogBatch; readonly span: SpanContext },
): void {
  const attributes = {
    ...placeOf(topic, batch.partition),
    "messaging.kafka.offset": record.offset,
  };
  const options = {
    kind: SpanKind.CONSUMER,
    attributes,
    links: [{ context: span }],
    startTime: record.timestampMs,
  };
  tracer.startSpan("segue hear event", options, childOf(parent)).end();
}

function placeOf(topic: string, partition: number) {
  return {
    "messaging.system": "kafka",
    "messaging.destination.name": topic,
    "messaging.destination.partition.id": String(partition),
  };
}
