import { trackHash } from "../../../core/domain/hash.ts";
import type { ModelName, TrackHash, TrackId, TrackIndex } from "../../../core/domain/ids.ts";
import type { Derived } from "./derived.ts";
import { newVectorRows, type VectorRows } from "./vector-rows.ts";

/** So many tracks that a bundle does not know are held at once. */
export const NEW_TRACKS_MAX = 50_000;

/** The catalogue's tracks that a bundle does not know. Their indices follow the bundle's; an index
 *  is given to another track only after its own one has gone. A track can be in a list once it was
 *  `shown`; until then nobody but the table knows of it. */
export interface NewTracks {
  /** The first index of a new track. */
  readonly first: number;
  readonly max: number;
  /** No index that was given is at or above it. */
  end(): number;
  /** How many can be in a list. */
  shown(): number;
  indexOf(track: TrackId): TrackIndex | undefined;
  indexOfHash(hash: TrackHash): TrackIndex | undefined;
  /** Undefined for an index that no shown track has. */
  derivedOf(index: TrackIndex): Derived | undefined;
  /** Of any track that is held, shown or not. */
  idOf(index: TrackIndex): TrackId | undefined;
  held(): readonly TrackIndex[];
  /** Gives a track an index, or finds the one that it has. Where all are taken, the one that came
   *  first goes. Undefined for a track whose hash another one has. */
  hold(track: TrackId): TrackIndex | undefined;
  /** Lets a track go; returns the index that it had. */
  drop(track: TrackId): TrackIndex | undefined;
  /** Whether the track can be in a list, and what it is scored by then. Returns what it was scored
   *  by before, where no other track is any more. */
  show(index: TrackIndex, derived: Derived | undefined): Derived | undefined;
  counts(): NewTrackCounts;
  /** What shown tracks are scored by: `rowOf`, from the first new track on, is a row, or −1. */
  readonly vectors: VectorRows;
  readonly rowOf: Int32Array;
}

export interface NewTrackCounts {
  /** Can be in lists. */
  readonly shown: number;
  /** Of which nothing is known that the bundle knows, too. */
  readonly withoutKin: number;
  /** Had to go because others came, since the start. */
  readonly crowdedOut: number;
}

interface Held {
  readonly id: TrackId;
  readonly hash: TrackHash;
  derived: Derived | undefined;
}

export interface NewTracksOptions {
  readonly first: number;
  readonly max: number;
  readonly dimensions: Readonly<Partial<Record<ModelName, number>>>;
  readonly isTaken: (hash: TrackHash) => boolean;
}

export function openNewTracks({ first, max, dimensions, isTaken }: NewTracksOptions): NewTracks {
  const slots: (Held | undefined)[] = [];
  const slotOf = new Map<TrackId, number>();
  const slotOfHash = new Map<TrackHash, number>();
  const free: number[] = [];
  const rowOf = new Int32Array(max).fill(-1);
  const vectors = newVectorRows(dimensions);
  let [shown, crowdedOut] = [0, 0];

  // To look below the first slot would search an array by name, which is dear.
  const heldAt = (index: TrackIndex) => (index < first ? undefined : slots[index - first]);
  const indexAt = (slot: number | undefined) =>
    slot === undefined || slots[slot]!.derived === undefined
      ? undefined
      : ((first + slot) as TrackIndex);

  function show(index: TrackIndex, derived: Derived | undefined): Derived | undefined {
    const slot = index - first;
    const held = slots[slot]!;
    const before = held.derived;
    held.derived = derived;
    rowOf[slot] = derived === undefined ? -1 : vectors.use(derived);
    shown += Number(derived !== undefined) - Number(before !== undefined);
    return before !== undefined && vectors.release(before) ? before : undefined;
  }

  function drop(track: TrackId): TrackIndex | undefined {
    const slot = slotOf.get(track);
    if (slot === undefined) return undefined;
    const index = (first + slot) as TrackIndex;
    show(index, undefined);
    slotOf.delete(track);
    slotOfHash.delete(slots[slot]!.hash);
    slots[slot] = undefined;
    free.push(slot);
    return index;
  }

  return {
    ...{ first, max, rowOf, vectors, show, drop },
    end: () => first + slots.length,
    shown: () => shown,
    indexOf: (track) => indexAt(slotOf.get(track)),
    indexOfHash: (hash) => indexAt(slotOfHash.get(hash)),
    derivedOf: (index) => heldAt(index)?.derived,
    idOf: (index) => heldAt(index)?.id,
    held: () => Array.from(slotOf.values(), (slot) => (first + slot) as TrackIndex),
    hold(track) {
      const known = slotOf.get(track);
      if (known !== undefined) return (first + known) as TrackIndex;
      const hash = trackHash(track);
      if (max === 0 || isTaken(hash) || slotOfHash.has(hash)) return undefined;
      if (slotOf.size === max) {
        drop(slotOf.keys().next().value!);
        crowdedOut += 1;
      }
      const slot = free.pop() ?? slots.length;
      slots[slot] = { id: track, hash, derived: undefined };
      slotOf.set(track, slot);
      slotOfHash.set(hash, slot);
      return (first + slot) as TrackIndex;
    },
    counts: () => ({ shown, withoutKin: slotOf.size - shown, crowdedOut }),
  };
}
