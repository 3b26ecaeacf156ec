import { setImmediate as othersRun } from "node:timers/promises";
import type { Bundle } from "../../core/bundle/bundle.ts";
import type { CatalogueReader } from "../../core/catalogue/catalogue-store.ts";
import type { CatalogueTrack } from "../../core/catalogue/catalogue-track.ts";
import type { TrackId } from "../../core/domain/ids.ts";
import { CONSOLE_LIMITS } from "../limits.ts";

export interface FoundTrack {
  readonly track: TrackId;
  /** Undefined where the catalogue does not know it. */
  readonly known: CatalogueTrack | undefined;
}

/** A search over the titles, artists and ids of a bundle's most popular tracks. */
export type TrackSearch = (
  bundle: Bundle,
  query: { readonly text: string; readonly k: number },
) => Promise<FoundTrack[]>;

interface SearchIndex {
  readonly bundle: Bundle;
  readonly madeAtMs: number;
  /** The most popular first. */
  readonly entries: readonly { readonly track: TrackId; readonly text: string }[];
}

const CHUNK_TRACKS = 1_000;

export function createTrackSearch(catalogue: CatalogueReader, nowMs: () => number): TrackSearch {
  let making: Promise<SearchIndex> | undefined;
  let made: SearchIndex | undefined;
  const indexFor = async (bundle: Bundle): Promise<SearchIndex> => {
    const isFresh =
      made?.bundle === bundle && nowMs() - made.madeAtMs < CONSOLE_LIMITS.searchIndexMs;
    if (made !== undefined && isFresh) return made;
    making ??= indexOf(bundle, catalogue, nowMs).finally(() => {
      making = undefined;
    });
    made = await making;
    return made;
  };
  return async (bundle, { text, k }) => {
    const { entries } = await indexFor(bundle);
    const words = text
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    const found: FoundTrack[] = [];
    for (const { track, text: held } of entries) {
      if (!words.every((word) => held.includes(word))) continue;
      found.push({ track, known: catalogue.get(track) });
      if (found.length === k) break;
    }
    return found;
  };
}

async function indexOf(
  bundle: Bundle,
  catalogue: CatalogueReader,
  nowMs: () => number,
): Promise<SearchIndex> {
  const madeAtMs = nowMs();
  const order = mostPopular(bundle, CONSOLE_LIMITS.searchTracksMax);
  const entries: SearchIndex["entries"][number][] = [];
  for (const [at, index] of order.entries()) {
    const track = bundle.trackIds[index]!;
    const known = catalogue.get(track);
    const names =
      known === undefined ? [] : [known.title, ...known.artists.map(({ name }) => name)];
    entries.push({ track, text: [...names, track].join("\n").toLowerCase() });
    if (at % CHUNK_TRACKS === 0) await othersRun();
  }
  return { bundle, madeAtMs, entries };
}

/** Track indices, the most popular first, at most `count`. */
export function mostPopular({ popularity }: Pick<Bundle, "popularity">, count: number): number[] {
  const order = Array.from(popularity, (_, index) => index);
  order.sort((a, b) => popularity[b]! - popularity[a]! || a - b);
  return order.slice(0, count);
}
