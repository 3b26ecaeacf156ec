import type { Partition } from "../../core/domain/ids.ts";
import type { EventLog, Watermarks } from "../../core/log/event-log.ts";
import type { StateReader } from "../../core/state/session-store.ts";
import type { IngestStatus, PartitionStatus } from "../../proto/gen/segue/v1/console.ts";

export interface IngestSources {
  readonly log: EventLog;
  readonly deadLetters: EventLog;
  readonly state: StateReader;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number;
}

/** One look at how far ingest is. */
export interface IngestLook {
  readonly atMs: number;
  readonly status: IngestStatus;
}

/** How far ingest is, as its store and the log tell; speeds are since `before`. A log that does not
 *  answer is told as `trouble`. */
export async function lookAtIngest(
  { log, deadLetters, state, now }: IngestSources,
  before: IngestLook | undefined,
): Promise<IngestLook> {
  const atMs = now();
  const partitions: PartitionStatus[] = [];
  let letters = 0;
  let trouble = "";
  try {
    const watermarks = await Promise.all(
      Array.from({ length: log.partitions }, (_, at) => log.watermarks(at as Partition)),
    );
    const seconds = before === undefined ? 0 : (atMs - before.atMs) / 1000;
    for (const [at, marks] of watermarks.entries()) {
      const status = statusOf(at as Partition, { marks, state, nowMs: now() });
      const earlier = before?.status.partitions.find(({ partition }) => partition === at);
      const applied = earlier === undefined ? 0 : status.applied - earlier.applied;
      partitions.push({ ...status, appliedPerSecond: seconds > 0 ? applied / seconds : 0 });
    }
    letters = await lettersIn(deadLetters);
  } catch (error) {
    trouble = error instanceof Error ? error.message : String(error);
  }
  return { atMs, status: { partitions, deadLetters: letters, trouble } };
}

interface PartitionLook {
  readonly marks: Watermarks;
  readonly state: StateReader;
  readonly nowMs: number;
}

function statusOf(partition: Partition, { marks, state, nowMs }: PartitionLook): PartitionStatus {
  const { first, next } = marks;
  const position = state.position(partition);
  const applied = position?.next ?? 0;
  const ageMs = position && Math.max(0, nowMs - position.appendedAtMs);
  const lag = Math.max(0, next - Math.max(first, applied));
  return { partition, first, next, applied, lag, appliedPerSecond: 0, ageMs };
}

async function lettersIn(deadLetters: EventLog): Promise<number> {
  let letters = 0;
  for (let at = 0; at < deadLetters.partitions; at++) {
    const { first, next } = await deadLetters.watermarks(at as Partition);
    letters += next - first;
  }
  return letters;
}
