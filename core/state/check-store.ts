import type { ListenerId, Partition } from "../domain/ids.ts";
import type { Environment } from "../lmdb/environment.ts";
import { contentOf, type StoreEntry, storeEntries } from "./store-entries.ts";

/** What a look at every byte of a store found. */
export interface StoreCheck {
  readonly listeners: number;
  readonly partitions: number;
  /** Records by the format that they are in. */
  readonly formats: Readonly<Record<string, number>>;
  readonly damaged: readonly DamagedEntry[];
  /** The highest epoch of each partition's records. */
  readonly epochs: ReadonlyMap<Partition, number>;
}

export interface DamagedEntry extends StoreEntry {
  /** Whose it was; neither where the key itself is no store's. */
  readonly listener?: ListenerId;
  readonly partition?: Partition;
  readonly damage: string;
}

/** Checks every entry. Damage to LMDB's own pages can end the process; so whoever cannot
 *  have that checks in a process apart. */
export function checkStore(environment: Environment): StoreCheck {
  const damaged: DamagedEntry[] = [];
  const formats: Record<string, number> = {};
  const epochs = new Map<Partition, number>();
  let listeners = 0;
  let partitions = 0;
  for (const entry of storeEntries(environment)) {
    const content = contentOf(entry);
    if ("damage" in content) {
      damaged.push({ ...entry, ...content });
    } else if ("record" in content) {
      const { partition, epoch } = content.record;
      const format = String(entry.value[FORMAT_AT]);
      formats[format] = (formats[format] ?? 0) + 1;
      epochs.set(partition, Math.max(epoch, epochs.get(partition) ?? 0));
      listeners += 1;
    } else {
      partitions += 1;
    }
  }
  return { listeners, partitions, formats, damaged, epochs };
}

/** Where a record says its format; see `record-codec.ts`. */
const FORMAT_AT = 4;
