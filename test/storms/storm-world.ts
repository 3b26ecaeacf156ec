import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openLog } from "../../cli/open-log.ts";
import { pseudoRandom } from "../../core/bundle/pseudo-random.ts";
import type { Partition } from "../../core/domain/ids.ts";
import { type EventLog, LISTENING_TOPIC, type NewRecord } from "../../core/log/event-log.ts";
import { openLmdbStore } from "../../core/state/lmdb-store.ts";
import { publishRandomBundle } from "../fixtures/random-bundle.ts";
import { endlessListening } from "../support/listening-world.ts";
import { type Member, startMember } from "./ingest-member.ts";
import { type PositionWatch, watchPositions } from "./positions.ts";

/** A topic that is never empty, a store, and processes that fill it, for a storm to blow at. */
export interface StormWorld {
  readonly topicPrefix: string;
  /** The folder and bundle that its processes are given. */
  readonly home: string;
  readonly bundle: string;
  readonly positions: PositionWatch;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** Another process on the same store and in the same group. */
  join(options?: { readonly withoutFence?: boolean }): Promise<Member>;
  /** Throws where nothing of it comes true within `PATIENCE_MS`. */
  until(what: string, isTrue: () => boolean): Promise<void>;
  /** Stops the producer, lets a new member apply what is left, and compares the store with that of
   *  an undisturbed replay. */
  settle(): Promise<StormEnd>;
  close(): Promise<void>;
}

export interface StormEnd {
  readonly events: number;
  /** Whether the store equals the undisturbed replay's, byte for byte. */
  readonly isEqual: boolean;
  readonly positionsWentBack: number;
}

export interface StormOptions {
  readonly brokers: readonly string[];
  /** A folder of its own. */
  readonly folder: string;
  readonly seed: number;
}

/** Records that wait to be applied while the storm blows. */
const BACKLOG = 20_000;
const APPEND_RECORDS = 1_000;
const PATIENCE_MS = 120_000;
/** A replay of all that a long storm has produced, on a busy machine. */
const REPLAY_PATIENCE_MS = 1_200_000;
/** Short, so that a storm passes in minutes. */
const SESSION_TIMEOUT_MS = 2_000;
const SIZES = { tracks: 50, dimension: 8, hidden: 16 };
const LISTENERS = 1_000;

export async function stormWorld(options: StormOptions): Promise<StormWorld> {
  const { brokers, folder, seed } = options;
  const [bundle, home] = [join(folder, "bundle"), join(folder, "home")];
  const topicPrefix = `storm-${process.pid}-${seed}-`;
  await publishRandomBundle(bundle, { ...SIZES, features: ["kind", "gap"], seed: 1 });
  const log = await openLog({ brokers, topicPrefix }, LISTENING_TOPIC);
  const positions = watchPositions(join(home, "state"), log.partitions);
  const makeEvent = endlessListening({ listeners: LISTENERS, tracks: SIZES.tracks, seed });
  const random = pseudoRandom(seed);
  const producer = startProducing(log, positions, makeEvent);
  const until = async (what: string, isTrue: () => boolean, patienceMs = PATIENCE_MS) => {
    const untilMs = performance.now() + patienceMs;
    while (!isTrue()) {
      producer.check();
      if (performance.now() > untilMs) throw new Error(`waited in vain: ${what}`);
      await sleep(2);
    }
  };
  const ingest = (into: string, withoutFence = false) =>
    startMember({
      args: memberArgs({ home: into, bundle, brokers, topicPrefix }),
      said: join(folder, "said.txt"),
      withoutFence,
    });

  async function settle(): Promise<StormEnd> {
    await producer.stop();
    const ends = await Promise.all(
      Array.from({ length: log.partitions }, (_, at) => log.watermarks(at as Partition)),
    );
    const isAtEnd = (watch: PositionWatch) => () => {
      const next = watch.next();
      return ends.every((end, partition) => end.next === next[partition]);
    };
    const last = await ingest(home);
    await until("the store comes to the log's end", isAtEnd(positions), REPLAY_PATIENCE_MS);
    await last.leave();
    const calm = join(folder, "calm");
    const watch = watchPositions(join(calm, "state"), log.partitions);
    const undisturbed = await ingest(calm);
    await until("a replay comes to the log's end", isAtEnd(watch), REPLAY_PATIENCE_MS);
    await undisturbed.leave();
    // A process that reads a store cannot open it for writing, too.
    await Promise.all([watch.close(), positions.close()]);
    const [disturbed, expected] = [await digestOf(home), await digestOf(calm)];
    const events = ends.reduce((sum, { next }) => sum + next, 0);
    return { events, isEqual: disturbed === expected, positionsWentBack: positions.wentBack };
  }

  return {
    topicPrefix,
    home,
    bundle,
    positions,
    below: (limit) => Math.floor(Math.abs(random()) * limit),
    join: ({ withoutFence } = {}) => ingest(home, withoutFence),
    until,
    settle,
    async close() {
      await producer.stop();
      await Promise.all([positions.close(), log.close()]);
    },
  };
}

/** Keeps `BACKLOG` records waiting. */
function startProducing(log: EventLog, positions: PositionWatch, makeEvent: () => NewRecord) {
  let isProducing = true;
  let failure: unknown;
  async function produce(): Promise<void> {
    for (let appended = 0; isProducing; ) {
      if (appended - positions.applied() >= BACKLOG) await sleep(5);
      else {
        const events = Array.from({ length: APPEND_RECORDS }, makeEvent);
        // Appended now, whenever they happened: Kafka deletes records that are older than a week.
        await log.append(events.map(({ key, value }) => ({ key, value })));
        appended += APPEND_RECORDS;
      }
    }
  }
  const producing = produce().catch((cause) => {
    failure = cause;
  });
  return {
    /** Throws what ended it. */
    check() {
      if (failure !== undefined) throw failure;
    },
    async stop() {
      isProducing = false;
      await producing;
    },
  };
}

function memberArgs(place: {
  readonly home: string;
  readonly bundle: string;
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
}): string[] {
  const kafka = ["--brokers", place.brokers.join(","), "--topic-prefix", place.topicPrefix];
  const session = ["--session-timeout-ms", String(SESSION_TIMEOUT_MS)];
  return ["--home", place.home, "--bundle", place.bundle, ...kafka, ...session];
}

async function digestOf(home: string): Promise<string> {
  const store = openLmdbStore(join(home, "state"));
  try {
    return await store.digest();
  } finally {
    await store.close();
  }
}
