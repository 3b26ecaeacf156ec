import type { ListenerId, Partition } from "../../core/domain/ids.ts";
import type { LogNotice } from "../../core/log/log-notice.ts";
import { createMemoryStore } from "../../core/state/memory-store.ts";
import type { SessionStore } from "../../core/state/session-store.ts";
import { type ChangelogKeeper, keepChangelog } from "../../ingest/changelog/keep-changelog.ts";
import { appliedTo } from "./apply.ts";
import {
  BEGAN_AT_MS,
  type Delivery,
  deliveryOf,
  listeningEvent,
  recordsOf,
} from "./listening-records.ts";
import { type MemoryEventLog, memoryEventLog } from "./memory-event-log.ts";
import { type MemoryFencedLog, memoryFencedLog } from "./memory-fenced-log.ts";
import { tinyModels } from "./tiny-models.ts";

export const ONLY = 0 as Partition;
const LISTENERS = 12;
const NEVER = new AbortController().signal;

export interface World {
  readonly changelog: MemoryFencedLog;
  readonly log: MemoryEventLog;
  readonly notices: LogNotice[];
}

export function newWorld(): World {
  return { changelog: memoryFencedLog(1), log: memoryEventLog(1), notices: [] };
}

export interface Host {
  readonly store: SessionStore;
  readonly keeper: ChangelogKeeper;
  owns(): boolean;
  gain(): Promise<void>;
  /** The partition is another host's from now on. */
  lose(): void;
  /** Reads the log on up to `end`; `_` is only there to be appended before. */
  hear(_: number, end?: number): Promise<void>;
}

export function host(world: World, store: SessionStore = createMemoryStore()): Host {
  const { changelog, log, notices } = world;
  const onNotice = (notice: LogNotice) => void notices.push(notice);
  const keeper = keepChangelog({ changelog, log, store, onNotice, dropAfterMs: 0 });
  const applied = appliedTo(keeper.store, MODELS);
  let isOwner = false;
  return {
    store,
    keeper,
    owns: () => isOwner,
    async gain() {
      await keeper.prepare(ONLY, NEVER);
      isOwner = true;
    },
    lose() {
      keeper.onRevoked([ONLY]);
      isOwner = false;
    },
    async hear(_, end = world.log.parts[ONLY]!.length) {
      for (;;) {
        const from = store.position(ONLY)?.next ?? 0;
        const records = world.log.parts[ONLY]!.slice(from, Math.min(end, from + BATCH));
        if (records.length === 0) return;
        await applied.apply(records);
      }
    },
  };
}

const BATCH = 16;
const MODELS = tinyModels(1);

export async function close(...hosts: readonly Host[]): Promise<void> {
  for (const { keeper } of hosts) await keeper.close();
}

/** Appends plays of listeners in turn; with `chance` some are late, doubled, or forget somebody. */
export function play(world: World, count: number, chance: () => number = () => 0.5): number {
  const part = world.log.parts[ONLY]!;
  for (let index = 0; index < count; index++) {
    const number = part.length;
    const listener = `listener-${Math.floor(number * 7.3) % LISTENERS}` as ListenerId;
    const happenedAtMs = BEGAN_AT_MS + (chance() < 0.1 ? 0 : number * 60_000);
    const eventId = `${chance() < 0.1 ? number - LISTENERS : number}`;
    const delivery: Delivery =
      chance() < 0.05
        ? forget(listener)
        : deliveryOf(listeningEvent({ eventId, listener, happenedAtMs }));
    part.push(...recordsOf([delivery], number));
  }
  return count;
}

export function forget(key: ListenerId) {
  return { key, value: null, headers: {}, timestampMs: BEGAN_AT_MS };
}

export async function plainDigest(world: World): Promise<string> {
  const applied = appliedTo(createMemoryStore(), MODELS);
  for (const record of world.log.parts[ONLY]!) await applied.apply([record]);
  return applied.store.digest();
}
