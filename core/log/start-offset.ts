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

/** Lets the reader bring here what others made of a partition, and resolves with the log's
 *  watermarks after that. Where the log has lost meanwhile what the reader relied on finding there,
 *  the reader may find it elsewhere, so it is asked again before anything counts as lost. */
export async function preparedFor(
  reader: Pick<LogReader, "prepare" | "resumeFrom">,
  partition: Partition,
  { watermarks, signal }: PreparingOptions,
): Promise<Watermarks> {
  await reader.prepare?.(partition, signal);
  const found = await watermarks(partition);
  if (reader.prepare === undefined || isWithin(reader.resumeFrom(partition), found)) return found;
  await reader.prepare(partition, signal);
  return watermarks(partition);
}

export interface PreparingOptions {
  readonly watermarks: (partition: Partition) => Promise<Watermarks>;
  readonly signal: AbortSignal;
}

/** An offset that can be read from: the end is within, since the next record will be there. */
export function isWithin(offset: Offset, watermarks: Watermarks): boolean {
  return offset >= watermarks.first && offset <= watermarks.next;
}
