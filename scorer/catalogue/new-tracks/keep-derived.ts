import { setImmediate as nextTurn } from "node:timers/promises";
import type { Bundle } from "../../../core/bundle/bundle.ts";
import type { TrackIndex } from "../../../core/domain/ids.ts";
import type { Averages } from "../../shares.ts";
import { newDeriver } from "./derive.ts";
import type { Derived } from "./derived.ts";
import { findKin, type Kin, type KinCodes, type KinColumns, kinCodes } from "./kin.ts";
import { KIN_KINDS, type KinKind } from "./kin-kind.ts";
import type { NewTracks } from "./new-tracks.ts";

/** Keeps what new tracks are scored by what their kin say now: a function of the bundle and of the
 *  catalogue as it stands, whatever came first. */
export interface DerivedKeeper {
  /** To be told of a new track of which something else is said now. */
  touched(index: TrackIndex): void;
  /** To be told of a track of the bundle, of which something else is said now. */
  kinChanged(before: KinCodes, after: KinCodes): void;
  /** Derives anew what may have changed. Returns the new tracks that were looked at. */
  settle(): Promise<readonly TrackIndex[]>;
}

/** So many tracks are derived at once, then others have their turn. */
const TRACKS_AT_ONCE = 200;

export interface KeeperParts {
  readonly models: Bundle["models"];
  readonly averages: Averages;
  readonly columns: KinColumns;
  readonly fresh: NewTracks;
}

export function keepDerived({ models, averages, columns, fresh }: KeeperParts): DerivedKeeper {
  const waiting = new Set<TrackIndex>();
  const stale = codeSets();
  /** Tracks with equal kin share what they are scored by. */
  const shared = new Map<string, Derived>();
  const keyOf = new Map<Derived, string>();

  function addStale(): void {
    if (KIN_KINDS.every((kind) => stale[kind].size === 0)) return;
    for (const index of fresh.held()) {
      const codes = kinCodes(columns, index);
      const isStale = KIN_KINDS.some((kind) => codes[kind].some((code) => stale[kind].has(code)));
      if (isStale) waiting.add(index);
    }
    for (const kind of KIN_KINDS) stale[kind].clear();
  }

  function forget(derived: Derived): void {
    const key = keyOf.get(derived)!;
    keyOf.delete(derived);
    if (shared.get(key) === derived) shared.delete(key);
  }

  function sharedOf(codes: KinCodes, kin: Kin, derive: (codes: KinCodes) => Derived | undefined) {
    const key = keyOfCodes(codes, kin);
    const known = shared.get(key);
    if (known !== undefined) return known;
    const derived = derive(codes);
    if (derived === undefined) return undefined;
    shared.set(key, derived);
    keyOf.set(derived, key);
    return derived;
  }

  return {
    touched: (index) => waiting.add(index),
    kinChanged(before, after) {
      for (const kind of KIN_KINDS) {
        if (before[kind].join() === after[kind].join()) continue;
        for (const code of [...before[kind], ...after[kind]]) stale[kind].add(code);
      }
    },
    async settle() {
      addStale();
      const indices = [...waiting].filter((index) => fresh.idOf(index) !== undefined);
      waiting.clear();
      if (indices.length === 0) return indices;
      const codes = indices.map((index) => kinCodes(columns, index));
      const kin = await findKin(columns, fresh.first, wantedOf(codes));
      // What is shared with a track whose kin changed is not what its kin say any more.
      for (const index of indices) {
        const derived = fresh.derivedOf(index);
        if (derived !== undefined) shared.delete(keyOf.get(derived)!);
      }
      const derive = newDeriver(models, averages, kin);
      for (const [at, index] of indices.entries()) {
        if (at % TRACKS_AT_ONCE === TRACKS_AT_ONCE - 1) await nextTurn();
        const gone = fresh.show(index, sharedOf(codes[at]!, kin, derive));
        if (gone !== undefined) forget(gone);
      }
      return indices;
    },
  };
}

function codeSets(): Record<KinKind, Set<number>> {
  return { genres: new Set(), album: new Set(), artist: new Set(), recording: new Set() };
}

function wantedOf(codes: readonly KinCodes[]): Record<KinKind, Set<number>> {
  const wanted = codeSets();
  for (const own of codes) {
    for (const kind of KIN_KINDS) for (const code of own[kind]) wanted[kind].add(code);
  }
  return wanted;
}

/** The recording tells tracks apart only where the bundle has it, too: all tracks of one album are
 *  recordings of their own. */
function keyOfCodes(codes: KinCodes, kin: Kin): string {
  const recording = codes.recording.filter((code) => kin.recording.has(code));
  return [recording, codes.artist, codes.album, codes.genres].join("|");
}
