import assert from "node:assert/strict";
import { Failure } from "../domain/failure.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import type { EventLog, LogPosition, LogRecord, NewRecord } from "./event-log.ts";

/** What the contract of the event log is run against. */
export interface LogEngine {
  /** Opens a topic; of the same name the same log, from its home of this run. */
  open(topic: string, partitions: number): Promise<EventLog>;
  /** Retention: makes the log forget the records before an offset. */
  truncateBefore(topic: string, position: LogPosition): Promise<void>;
}

export const START = 0 as Offset;
export const ONLY = 0 as Partition;
export const TIMEOUT = { timeout: 90_000 };

const opened = new Set<EventLog>();

/** Has the log closed at the end of the run where a failed test left it open. */
export function closedAfter<Log extends EventLog>(log: Log): Log {
  opened.add(log);
  return log;
}

export async function closeAll(): Promise<void> {
  await Promise.all([...opened].map((log) => log.close()));
}

let topics = 0;
const RUN = `${process.pid}-${Date.now().toString(36)}`;

export function newTopic(): string {
  topics += 1;
  return `contract.${RUN}.${topics}`;
}

/** Records whose values count from `from`, of 17 keys in turn. */
export function numbered(count: number, from = 0): NewRecord[] {
  return numbers(count).map((index) => ({
    key: `listener-${(from + index) % 17}`,
    value: Buffer.from(String(from + index)),
  }));
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** All records of all partitions; their offsets are checked to be dense. */
export async function everything(log: EventLog): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  for (let partition = 0 as Partition; partition < log.partitions; partition++) {
    const { first, next } = await log.watermarks(partition as Partition);
    for (let at: number = first; at < next; ) {
      const records = await log.read(partition as Partition, at as Offset, 97);
      assert.ok(records.length > 0 && records.length <= 97);
      for (const record of records) assert.equal(record.offset, at++);
      all.push(...records);
    }
  }
  return all;
}

export function textOf(record: NewRecord | LogRecord): {
  readonly key: string;
  readonly value: string;
} {
  return { key: record.key, value: Buffer.from(record.value ?? []).toString() };
}

export function failure(code: string, field?: string): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof Failure, String(thrown));
    assert.equal(thrown.code, code);
    assert.equal(thrown.field, field);
    return true;
  };
}
