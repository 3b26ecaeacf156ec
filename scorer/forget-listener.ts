import { assert, Failure } from "../core/domain/failure.ts";
import type { ListenerId } from "../core/domain/ids.ts";
import type { EventLog, LogPosition } from "../core/log/event-log.ts";

/** Appends the tombstone that makes ingest forget a listener; returns where it stands. Throws
 *  `dependency_missing` where this scorer has no log, and `log_unavailable`. */
export async function forgetListener(
  log: Pick<EventLog, "append"> | undefined,
  listener: ListenerId,
): Promise<LogPosition> {
  if (log === undefined) {
    throw new Failure("dependency_missing", "this scorer has no listening log to write to");
  }
  const [position] = await log.append([{ key: listener, value: null }]);
  assert(position !== undefined, "a log says where it appended a record");
  return position;
}
