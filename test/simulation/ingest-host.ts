import { Failure } from "../../core/domain/failure.ts";
import type { Partition } from "../../core/domain/ids.ts";
import {
  DEAD_LETTER_TOPIC,
  type EventLog,
  LISTENING_TOPIC,
  type LogReader,
} from "../../core/log/event-log.ts";
import type { LogNoticeListener } from "../../core/log/log-notice.ts";
import { sessionStoreIn } from "../../core/state/lmdb-store.ts";
import { startIngest } from "../../ingest/consume.ts";
import { newCounts } from "../../ingest/counters.ts";
import { type Sweep, sweepIdle } from "../../ingest/sweep-idle.ts";
import type { SimulatedBroker } from "./broker.ts";
import type { Chance } from "./chance.ts";
import type { Disk } from "./disk.ts";
import type { Host } from "./host.ts";
import { mixingModels } from "./mixing-models.ts";

/** The id under which every simulated store is made. */
export const STORE_ID = "0123456789abcdef";

export interface SimulatedIngest {
  /** What it subscribed with. */
  readonly reader: LogReader;
  readonly sweep: Sweep;
}

export interface IngestPlace {
  readonly broker: SimulatedBroker;
  readonly disk: Disk;
  readonly chance: Chance;
  readonly evictAfterMs: number | undefined;
  /** The partitions that the process believes to be its own. */
  readonly owned: () => readonly Partition[];
  readonly onNotice: LogNoticeListener;
}

/** Listeners of one look: some of them, so that a sweep goes on between other turns. */
const SWEPT_AT_ONCE = 3;

/** Starts the product's own ingest in a simulated process. */
export async function startIngestIn(host: Host, world: IngestPlace): Promise<SimulatedIngest> {
  const { evictAfterMs, owned, onNotice } = world;
  const store = sessionStoreIn(world.disk.open(host), STORE_ID);
  const models = mixingModels(host);
  let subscribed: LogReader | undefined;
  const log = {
    ...notSimulated(LISTENING_TOPIC, world.broker.partitions.length),
    async subscribe(_: string, reader: LogReader) {
      subscribed = reader;
      return { assigned: () => [], silentForMs: () => 0, close: async () => {} };
    },
    /** What a group committed; the interface does not have it, and nothing may read it. */
    committed: (partition: number) => world.broker.partitions[partition]!.committed,
  };
  await startIngest({
    log,
    deadLetters: deadLettersOf(host, world),
    store,
    models: () => models,
    evictAfterMs,
    counts: newCounts(),
    onNotice,
  });
  if (subscribed === undefined) throw new Failure("bug", "ingest did not subscribe");
  const { partitions } = log;
  const sweep = sweepIdle({ store, partitions, owned, atOnce: SWEPT_AT_ONCE });
  return { reader: subscribed, sweep };
}

/** An append that fails may have written some of its letters. */
function deadLettersOf(
  host: Host,
  { broker, chance }: { readonly broker: SimulatedBroker; readonly chance: Chance },
): EventLog {
  return {
    ...notSimulated(DEAD_LETTER_TOPIC, 1),
    async append(letters) {
      try {
        await host.step("letters");
      } catch (cause) {
        broker.letters.push(...letters.slice(0, chance.below(letters.length + 1)));
        throw new Failure("log_unavailable", "the letters were not acknowledged", { cause });
      }
      broker.letters.push(...letters);
      return [];
    },
  };
}

function notSimulated(topic: string, partitions: number): EventLog {
  const unused = () => Promise.reject(new Failure("bug", "ingest does not use this"));
  return {
    topic,
    partitions,
    append: unused,
    watermarks: unused,
    read: unused,
    subscribe: unused,
    close: async () => {},
  };
}
