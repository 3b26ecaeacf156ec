import { Failure } from "../domain/failure.ts";
import type { ListenerId, Partition } from "../domain/ids.ts";
import type { Environment } from "../lmdb/environment.ts";
import { isEvicted } from "./evict.ts";
import { contentOf, type StoreEntry, walkedEntries } from "./store-entries.ts";
import { readSeal } from "./store-name.ts";
import { decodeSeal, emptySeal, resealed, SEAL_KEY, type Seal } from "./store-seal.ts";

/** What a look at every byte of a store found. */
export interface StoreCheck {
  readonly listeners: number;
  /** Those of whom only the long-term part is left. */
  readonly evicted: number;
  readonly partitions: number;
  /** Records by the format that they are in. */
  readonly formats: Readonly<Record<string, number>>;
  /** Entries whose own bytes are damaged; they can be set aside one by one. */
  readonly damaged: readonly DamagedEntry[];
  /** What is wrong with the store as a whole, as a sentence: entries are gone, or its pages do not
   *  hang together. A store without a seal is an older version's, of which missing entries cannot
   *  be told. */
  readonly broken: string | undefined;
  /** The highest epoch of each partition's records. */
  readonly epochs: ReadonlyMap<Partition, number>;
}

export interface DamagedEntry extends StoreEntry {
  /** Whose it was; neither where the key itself is no store's. */
  readonly listener?: ListenerId;
  readonly partition?: Partition;
  readonly damage: string;
}

/** Checks every entry in one walk: its bytes against its checksum, its key looked up again from the
 *  root, and all of them against the seal. Damage to LMDB's own pages can end the process; so
 *  whoever cannot have that checks in a process apart. Undefined where the walk was given up
 *  because `mustLetGo` said so, which it is asked now and then. */
export function checkStore(
  environment: Environment,
  mustLetGo: () => boolean,
): StoreCheck | undefined {
  const walk: Walk = {
    damaged: [],
    formats: {},
    epochs: new Map(),
    listeners: 0,
    evicted: 0,
    partitions: 0,
    found: emptySeal(""),
    seal: undefined,
  };
  const isSealed = readSeal(environment) !== undefined;
  const ended = walkAll(environment, walk, mustLetGo);
  if (ended === GIVEN_UP) return undefined;
  const broken = ended ?? missingIn(walk, isSealed);
  const { listeners, evicted, partitions, formats, damaged, epochs } = walk;
  return { listeners, evicted, partitions, formats, damaged, broken, epochs };
}

interface Walk {
  readonly damaged: DamagedEntry[];
  readonly formats: Record<string, number>;
  readonly epochs: Map<Partition, number>;
  listeners: number;
  evicted: number;
  partitions: number;
  /** The seal that the entries have, under no id. */
  found: Seal;
  /** The one that the store holds. */
  seal: Seal | undefined;
}

const GIVEN_UP = Symbol("a walk that was given up");
/** Entries after which a walk asks whether it may go on: a few milliseconds of them. */
const ASK_ENTRIES = 256;

/** Says why the walk cannot go on; undefined where it came to the end. */
function walkAll(
  environment: Environment,
  walk: Walk,
  mustLetGo: () => boolean,
): string | typeof GIVEN_UP | undefined {
  let before: Buffer | undefined;
  let walked = 0;
  for (const entry of walkedEntries(environment)) {
    const { key, value } = entry;
    // Pages that lead back to themselves would be walked for ever.
    if (before !== undefined && Buffer.compare(before, key) >= 0)
      return "its keys are out of order";
    if (!entry.isFound()) return "an entry is not found under its key";
    before = key;
    if (++walked % ASK_ENTRIES === 0 && mustLetGo()) return GIVEN_UP;
    if (key.equals(SEAL_KEY)) {
      try {
        walk.seal = decodeSeal(value);
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
        return failure.message;
      }
    } else {
      walk.found = resealed(walk.found, key, { before: undefined, after: value });
      look({ key, value }, walk);
    }
  }
  return undefined;
}

function look(entry: StoreEntry, walk: Walk): void {
  const content = contentOf(entry);
  if ("damage" in content) {
    walk.damaged.push({ ...entry, ...content });
  } else if ("record" in content) {
    const { partition, epoch } = content.record;
    const format = String(entry.value[FORMAT_AT]);
    walk.formats[format] = (walk.formats[format] ?? 0) + 1;
    walk.epochs.set(partition, Math.max(epoch, walk.epochs.get(partition) ?? 0));
    walk.listeners += 1;
    if (isEvicted(content.record)) walk.evicted += 1;
  } else {
    walk.partitions += 1;
  }
}

/** Where a record says its format; see `record-codec.ts`. */
const FORMAT_AT = 4;

/** What the seal tells of entries that are gone or others. A damaged entry breaks it, too, and is
 *  told of by itself. */
function missingIn({ damaged, found, seal }: Walk, isSealed: boolean): string | undefined {
  if (damaged.length > 0) return undefined;
  if (seal === undefined) return isSealed ? "its last entries are gone" : undefined;
  const { entries, sum, mix } = found;
  if (entries === seal.entries && sum === seal.sum && mix === seal.mix) return undefined;
  return `it has ${entries} entries where ${seal.entries} were written, or others`;
}
