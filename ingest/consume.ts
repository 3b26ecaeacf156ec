import type { InUse } from "../core/bundle/in-use.ts";
import type { Offset, Partition } from "../core/domain/ids.ts";
import type {
  EventLog,
  LogBatch,
  LogReader,
  LogSubscription,
  Watermarks,
} from "../core/log/event-log.ts";
import type { HostAnnouncement } from "../core/log/group-host.ts";
import type { LogNoticeListener } from "../core/log/log-notice.ts";
import type { Models } from "../core/state/advance.ts";
import type { SessionStore } from "../core/state/session-store.ts";
import { type AppliedBatch, applyBatch } from "./apply-batch.ts";
import { addCounts, type Counts, newCounts } from "./counters.ts";

export interface IngestOptions {
  /** The listening topic. */
  readonly log: EventLog;
  readonly deadLetters: EventLog;
  readonly store: SessionStore;
  /** Asked once per batch, so that a bundle can be swapped between two. */
  readonly models: () => Models;
  /** Told of each batch, so that models can be closed when none uses them any more. */
  readonly batches?: InUse;
  /** Added to as batches become durable. */
  readonly counts: Counts;
  /** The consumer group; ingests of one group share the partitions. */
  readonly group?: string;
  readonly onNotice: LogNoticeListener;
  /** Told of every batch that was committed. */
  readonly onApplied?: (batch: AppliedBatch) => void;
  /** Brings a partition's state here before it is read, where other hosts may have had it. */
  readonly handOver?: Pick<LogReader, "prepare" | "onRevoked">;
  /** How long after their last event listeners are idle; see `core/state/evict.ts`. */
  readonly evictAfterMs?: number | undefined;
  /** Where this host's scorer answers, as HOST:PORT, for the other hosts of the group. */
  readonly address?: string | undefined;
}

export const INGEST_GROUP = "segue-ingest";

/** Reads the listening log into the store until the subscription is closed. Reading resumes from
 *  the positions in the store and from nowhere else. */
export async function startIngest(options: IngestOptions): Promise<LogSubscription> {
  return options.log.subscribe(options.group ?? INGEST_GROUP, ingestReader(options));
}

function ingestReader(options: IngestOptions): LogReader {
  const { log, deadLetters, store, counts, onNotice } = options;
  const jumps = new Map<Partition, Jump>();

  function resumeFrom(partition: Partition): Offset {
    return store.position(partition)?.next ?? (0 as Offset);
  }

  async function onBatch(batch: LogBatch, signal: AbortSignal): Promise<void> {
    const jump = jumps.get(batch.partition);
    if (jump !== undefined) {
      jumps.delete(batch.partition);
      addCounts(counts, await applyJump(store, batch.partition, jump));
    }
    const endUse = options.batches?.begin();
    try {
      await apply(batch, signal);
    } finally {
      endUse?.();
    }
  }

  async function apply(batch: LogBatch, signal: AbortSignal): Promise<void> {
    const { onApplied, evictAfterMs } = options;
    const into = { store, models: options.models(), topic: log.topic, deadLetters };
    const done = await applyBatch(batch, { ...into, signal, onApplied, evictAfterMs });
    addCounts(counts, done);
    if (done.damaged_records > 0) {
      const message = `${done.damaged_records} listeners begin anew: their records are damaged`;
      onNotice({ level: "error", message });
    }
  }

  function onOutOfRange(partition: Partition, wanted: Offset, watermarks: Watermarks): Offset {
    // Written down with the first batch; until then every assignment comes here again.
    const { epoch } = store.position(partition) ?? NOTHING_APPLIED;
    jumps.set(partition, { wanted, epoch, watermarks });
    onNotice({ level: "error", message: lossOf(partition, wanted, watermarks) });
    return watermarks.first;
  }

  function announce(owned: readonly Partition[]): HostAnnouncement {
    const holds = Array.from({ length: log.partitions }, (_, index) => index as Partition).flatMap(
      (partition) => {
        const { epoch, next } = store.position(partition) ?? { epoch: 0, next: 0 as Offset };
        return next > 0 ? [{ partition, epoch, next, owned: owned.includes(partition) }] : [];
      },
    );
    return { address: options.address ?? "", holds };
  }

  return { ...options.handOver, announce, resumeFrom, onBatch, onOutOfRange };
}

/** An offset to read that the log does not hold. */
interface Jump {
  readonly wanted: Offset;
  /** The stored epoch when the jump was found out. */
  readonly epoch: number;
  readonly watermarks: Watermarks;
}

const NOTHING_APPLIED = { epoch: 0, appendedAtMs: 0 };

/** Moves the stored position to the log's oldest record. An offset above the log's end means
 *  that offsets were given anew, so a new epoch begins, in which no record takes an event for
 *  one it has heard. */
async function applyJump(
  store: SessionStore,
  partition: Partition,
  { wanted, epoch, watermarks: { first, next } }: Jump,
): Promise<Counts> {
  const stored = store.position(partition) ?? NOTHING_APPLIED;
  const restarted = wanted > next;
  await store.commit({
    partition,
    expectedNext: wanted,
    // Another owner may have made the jump, and have come in the new epoch to the same offset.
    expectedEpoch: epoch,
    position: { ...stored, epoch: restarted ? epoch + 1 : epoch, next: first },
    records: new Map(),
  });
  const counts = newCounts();
  if (restarted) counts.log_restarts = 1;
  else counts.lost_records = first - wanted;
  return counts;
}

function lossOf(partition: Partition, wanted: Offset, { first, next }: Watermarks): string {
  const range = `partition ${partition} holds offsets ${first} to ${next}`;
  return wanted > next
    ? `${range} but was read up to ${wanted}: its topic was made anew; reading goes on at ${first}`
    : `${range}: ${first - wanted} records from ${wanted} on were lost before they were read`;
}
