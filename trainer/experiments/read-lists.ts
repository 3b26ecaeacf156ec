import { Failure } from "../../core/domain/failure.ts";
import type { Offset, Partition } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import type { EventLog, LogRecord } from "../../core/log/event-log.ts";
import { readLineBlocks } from "../../core/log-folder/line-file.ts";
import { decodeKeptEvent } from "../../ingest/decode.ts";
import type { LoggedList } from "../../scorer/experiments/logged-list.ts";
import { decodeLoggedList, loggedListFromJson } from "../../scorer/experiments/logged-list-wire.ts";

const READ_RECORDS = 1_000;

/** Reads logged lists from a file of JSON lines, plain, gzip or zstd. Throws `bad_record` naming
 *  file and line where one is off, `bad_log_folder` where the file cannot be read. */
export async function* readListFile(path: string): AsyncGenerator<LoggedList> {
  let line = 0;
  for await (const { lines } of readLineBlocks(path)) {
    for (const text of lines) {
      line += 1;
      if (text === "") continue;
      try {
        yield loggedListFromJson(text);
      } catch (cause) {
        const { message } = cause as Error;
        throw new Failure("bad_record", `${path}, line ${line}: ${message}`, {
          field: path,
          cause,
        });
      }
    }
  }
}

/** Reads logged lists from their topic, partition by partition. */
export async function* readListTopic(log: EventLog): AsyncGenerator<LoggedList> {
  for await (const { value } of everyRecord(log)) if (value !== null) yield decodeLoggedList(value);
}

/** Reads listening events from their topic, partition by partition, so that those of one listener
 *  are in order. Records that are no events are for the dead letters, and are passed over. */
export async function* readEventTopic(log: EventLog): AsyncGenerator<ListeningEvent> {
  for await (const record of everyRecord(log)) {
    const event = record.value === null ? undefined : eventOf(record);
    if (event !== undefined) yield event;
  }
}

function eventOf(record: LogRecord): ListeningEvent | undefined {
  try {
    return decodeKeptEvent(record);
  } catch (error) {
    if (error instanceof Failure && error.code === "bad_event") return undefined;
    throw error;
  }
}

/** What the log holds now, the oldest first. */
async function* everyRecord(log: EventLog): AsyncGenerator<LogRecord> {
  for (let index = 0; index < log.partitions; index++) {
    const partition = index as Partition;
    const { first, next } = await log.watermarks(partition);
    for (let at: number = first; at < next; ) {
      const records = await log.read(partition, at as Offset, READ_RECORDS);
      if (records.length === 0) break;
      yield* records;
      at = records.at(-1)!.offset + 1;
    }
  }
}
