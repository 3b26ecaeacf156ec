import { Failure } from "../domain/failure.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import type { LogReader, Watermarks } from "./event-log.ts";

export interface WantedStart {
  readonly partition: Partition;
  readonly wanted: Offset;
  readonly watermarks: Watermarks;
}

/** Where reading starts: at the wanted offset where the log has it or ends there, else where the
 *  reader decides. Throws `bug` where the reader decides on an offset that is outside, too. */
export function checkedStart(reader: LogReader, start: WantedStart): Offset {
  const { partition, wanted, watermarks } = start;
  if (isWithin(wanted, watermarks)) return wanted;
  const decided = reader.onOutOfRange(partition, wanted, watermarks);
  if (isWithin(decided, watermarks)) return decided;
  const { first, next } = watermarks;
  throw new Failure("bug", `offset ${decided} is outside of ${first} to ${next}, as was ${wanted}`);
}

/** An offset that can be read from: the end is within, since the next record will be there. */
export function isWithin(offset: Offset, watermarks: Watermarks): boolean {
  return offset >= watermarks.first && offset <= watermarks.next;
}
