import { statSync } from "node:fs";
import { join } from "node:path";
import type { StepRunner } from "../core/bundle/step-runner.ts";
import { listeningEventToWire } from "../core/domain/decode-listening-event.ts";
import type { Offset, Partition } from "../core/domain/ids.ts";
import type { LogRecord } from "../core/log/event-log.ts";
import { evicted } from "../core/state/evict.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import type { SessionStore } from "../core/state/session-store.ts";
import type { StoredRecord } from "../core/state/stored-record.ts";
import { applyBatch } from "../ingest/apply-batch.ts";
import { ListeningEvent as WireListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import { requireThat } from "./did-not-happen.ts";
import { fill, RECENT_EVENTS, scattered } from "./many-listeners.ts";
import { cpuUsOf } from "./measure.ts";
import { steadyEvent, steadyListener } from "./steady-listening.ts";
import type { FullLog } from "./whole-ingest.ts";

export const HISTORY = "events a listener";
export const LISTENERS = "listeners in the store";

export interface Slopes {
  /** CPU microseconds an event, decoding to durable commit, at so many events a listener. */
  readonly byHistory: readonly (readonly [events: number, costUs: number])[];
  /** … and with so many listeners in the store. */
  readonly byListeners: readonly (readonly [listeners: number, costUs: number])[];
  /** Bytes of the store's file for each of the most listeners, each with 30 recent events, written
   *  in no order of their keys. */
  readonly grownBytes: number;
  /** The same listeners in order of their keys. */
  readonly packedBytes: number;
  /** The same when all of them are evicted. */
  readonly evictedBytes: number;
}

const FULL = { histories: [10, 100, 1_000, 10_000], counts: [1_000, 10_000, 100_000, 1_000_000] };
const QUICK = { histories: [10, 100, 300], counts: [1_000, 10_000] };
/** Listeners of a batch, each with as many events in it: the same waves at every point. */
const BATCH_LISTENERS = 250;
const BATCH_EVENTS_EACH = 4;
const WINDOW_BATCHES = 8;
const partition = 0 as Partition;

type Source = Pick<FullLog, "bundle" | "deadLetters"> & { folder(name: string): string };

export async function measureSlopes(
  world: Source,
  runner: StepRunner,
  quick: boolean,
): Promise<Slopes> {
  const { histories, counts } = quick ? QUICK : FULL;
  const byHistory = await measureHistories(hearingInto(world, runner, "old"), histories);
  const many = hearingInto(world, runner, "many");
  const { points: byListeners, record } = await measureCounts(many, counts);
  const most = counts.at(-1)!;
  const grownBytes = bytesOf(many.folder) / most;
  const packed = async (name: string, kept: StoredRecord) => {
    const { store, folder, close } = hearingInto(world, runner, name);
    await fill(store, { from: 0, to: most, record: kept, place: (index) => index });
    await close();
    return bytesOf(folder) / most;
  };
  const packedBytes = await packed("packed", record);
  const evictedBytes = await packed("evicted", evicted(record, Number.POSITIVE_INFINITY));
  return { byHistory, byListeners, grownBytes, packedBytes, evictedBytes };
}

/** Ingest without a log: batches go in by hand. */
interface Hearing {
  readonly folder: string;
  readonly store: SessionStore;
  /** Returns the CPU microseconds that it took. */
  hear(records: readonly Omit<LogRecord, "offset">[]): Promise<number>;
  close(): Promise<void>;
}

function hearingInto({ bundle, deadLetters, folder }: Source, runner: StepRunner, name: string) {
  const store = openLmdbStore(folder(name));
  const signal = new AbortController().signal;
  const context = { store, models: { bundle, runner }, topic: name, deadLetters, signal };
  return {
    folder: folder(name),
    store,
    async hear(records) {
      const first = nextOf(store);
      const placed = records.map((record, at) => ({ ...record, offset: (first + at) as Offset }));
      const next = (first + placed.length) as Offset;
      let stepped = 0;
      const takenUs = await cpuUsOf(async () => {
        ({ stepped } = await applyBatch({ partition, records: placed, next }, context));
      });
      requireThat(stepped === records.length, `${stepped} of ${records.length} events stepped`);
      return takenUs;
    },
    close: () => store.close(),
  } satisfies Hearing;
}

function nextOf(store: SessionStore): Offset {
  return store.position(partition)?.next ?? (0 as Offset);
}

async function measureHistories(hearing: Hearing, histories: readonly number[]) {
  const points: [number, number][] = [];
  let heard = 0;
  const batch = () => {
    const records: Omit<LogRecord, "offset">[] = [];
    for (let turn = 0; turn < BATCH_EVENTS_EACH; turn++, heard++) {
      for (let index = 0; index < BATCH_LISTENERS; index++) records.push(recordOf(index, heard));
    }
    return records;
  };
  for (const history of histories) {
    while (heard < history) await hearing.hear(batch());
    let costUs = 0;
    for (let done = 0; done < WINDOW_BATCHES; done++) costUs += await hearing.hear(batch());
    points.push([history, costUs / WINDOW_BATCHES / BATCH_LISTENERS / BATCH_EVENTS_EACH]);
  }
  await hearing.close();
  return points;
}

async function measureCounts(hearing: Hearing, counts: readonly number[]) {
  const points: [number, number][] = [];
  for (let event = 0; event < RECENT_EVENTS; event++) await hearing.hear([recordOf(0, event)]);
  const record = hearing.store.read(steadyListener(0));
  requireThat(record !== undefined, "the store does not hold who was heard");
  let from = 1;
  for (const [point, to] of counts.entries()) {
    await fill(hearing.store, { from, to, record, place: scattered });
    from = to;
    let costUs = 0;
    const batchListeners = Math.min(to, BATCH_LISTENERS * BATCH_EVENTS_EACH);
    for (let done = 0; done < WINDOW_BATCHES; done++) {
      const records = Array.from({ length: batchListeners }, (_, index) => {
        const place = (index * 7919 + done * 104_729) % to;
        return recordOf(scattered(place), RECENT_EVENTS + point * WINDOW_BATCHES + done);
      });
      costUs += await hearing.hear(records);
    }
    points.push([to, costUs / WINDOW_BATCHES / batchListeners]);
  }
  await hearing.close();
  return { points, record };
}

function recordOf(place: number, event: number): Omit<LogRecord, "offset"> {
  const heard = steadyEvent(place, event);
  const value = WireListeningEvent.encode(listeningEventToWire(heard)).finish();
  return { key: heard.listener, value, headers: {}, timestampMs: heard.happenedAtMs };
}

function bytesOf(folder: string): number {
  return statSync(join(folder, "data.mdb")).size;
}
