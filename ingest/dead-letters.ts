import { Failure } from "../core/domain/failure.ts";
import type { Offset, Partition } from "../core/domain/ids.ts";
import type { EventLog, LogRecord } from "../core/log/event-log.ts";
import { decodeEvent } from "./decode.ts";

/** A record of the dead-letter topic, read. */
export interface DeadLetter {
  /** Where it stands in the dead-letter topic. */
  readonly letter: { readonly partition: Partition; readonly offset: Offset };
  /** Where the record stood that could not be taken. */
  readonly topic: string;
  readonly partition: Partition;
  readonly offset: Offset;
  readonly reason: string;
  /** Empty where no field is at fault. */
  readonly field: string;
  readonly contentType: string | undefined;
  /** Of the whole value, of which the letter may hold the beginning. */
  readonly valueBytes: number;
  readonly value: Uint8Array;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly writtenAtMs: number;
}

const READ_RECORDS = 500;

/** Every letter of the topic, partition by partition, the oldest first. */
export async function* readDeadLetters(deadLetters: EventLog): AsyncGenerator<DeadLetter> {
  for (let index = 0; index < deadLetters.partitions; index++) {
    const partition = index as Partition;
    const { first, next } = await deadLetters.watermarks(partition);
    for (let at: number = first; at < next; ) {
      const records = await deadLetters.read(partition, at as Offset, READ_RECORDS);
      if (records.length === 0) break;
      for (const record of records) yield letterOf(partition, record);
      at = records.at(-1)!.offset + 1;
    }
  }
}

/** The letters that were written last, at most `lettersMax`, the newest first. */
export async function newestDeadLetters(
  deadLetters: EventLog,
  lettersMax: number,
): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (let index = 0; index < deadLetters.partitions; index++) {
    const partition = index as Partition;
    const { first, next } = await deadLetters.watermarks(partition);
    const from = Math.max(first, next - lettersMax);
    if (next === from) continue;
    const records = await deadLetters.read(partition, from as Offset, next - from);
    letters.push(...records.map((record) => letterOf(partition, record)));
  }
  letters.sort((a, b) => b.writtenAtMs - a.writtenAtMs || b.letter.offset - a.letter.offset);
  return letters.slice(0, lettersMax);
}

/** The letter at a place of the dead-letter topic. Throws `bad_request` where there is none. */
export async function deadLetterAt(
  deadLetters: EventLog,
  { partition, offset }: DeadLetter["letter"],
): Promise<DeadLetter> {
  const place = `there is no letter ${partition}/${offset}`;
  if (partition >= deadLetters.partitions)
    throw new Failure("bad_request", place, { field: "letter" });
  const { first, next } = await deadLetters.watermarks(partition);
  if (offset < first || offset >= next)
    throw new Failure("bad_request", place, { field: "letter" });
  const [record] = await deadLetters.read(partition, offset, 1);
  if (record?.offset !== offset) throw new Failure("bad_request", place, { field: "letter" });
  return letterOf(partition, record);
}

function letterOf(partition: Partition, record: LogRecord): DeadLetter {
  const { headers, timestampMs } = record;
  const value = record.value ?? new Uint8Array();
  return {
    letter: { partition, offset: record.offset },
    topic: headers.topic ?? "",
    partition: Number(headers.partition ?? 0) as Partition,
    offset: Number(headers.offset ?? 0) as Offset,
    reason: headers.reason ?? "",
    field: headers.field ?? "",
    contentType: headers["content-type"],
    valueBytes: Number(headers["value-bytes"] ?? value.length),
    value,
    writtenAtMs: timestampMs,
  };
}

/** What became of a letter that was to be replayed. */
export type Replayed =
  | { readonly replayed: true }
  /** `gone`: the log no longer holds the record. Else why it is still no event. */
  | { readonly replayed: false; readonly reason: string };

/** Appends the record that a letter is about once more, with its key, headers and time, where this
 *  version takes it for an event. An event that was heard since is dropped as the duplicate that
 *  it is. Throws `log_unavailable`. */
export async function replayLetter(letter: DeadLetter, log: EventLog): Promise<Replayed> {
  const record = await originalOf(letter, log);
  if (record === undefined) return { replayed: false, reason: "the log no longer holds it" };
  try {
    decodeEvent(record);
  } catch (failure) {
    if (!(failure instanceof Failure && failure.code === "bad_event")) throw failure;
    return { replayed: false, reason: failure.message };
  }
  const { key, value, headers, timestampMs } = record;
  await log.append([{ key, value, headers, timestampMs }]);
  return { replayed: true };
}

/** A letter has neither the key of its record nor, where that is long, all of its value. */
async function originalOf(letter: DeadLetter, log: EventLog): Promise<LogRecord | undefined> {
  const { topic, partition, offset } = letter;
  if (topic !== log.topic || partition >= log.partitions) return undefined;
  const { first, next } = await log.watermarks(partition);
  if (offset < first || offset >= next) return undefined;
  const [record] = await log.read(partition, offset, 1);
  return record?.offset === offset ? record : undefined;
}
