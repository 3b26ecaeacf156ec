import type { Bundle, Model } from "../core/bundle/bundle.ts";
import { wholeBlend } from "../core/bundle/manifest.ts";
import type { StateReader } from "../core/state/session-store.ts";
import { exactScan } from "../scorer/retrieval/exact-scan.ts";
import { type Retriever, type Tastes, trackSpace } from "../scorer/retrieval/retriever.ts";
import { requireThat } from "./did-not-happen.ts";
import { cpuUsOf, newRounds } from "./measure.ts";
import type { World } from "./world.ts";

/** CPU microseconds of one search. */
export interface RetrievalResult {
  readonly cpuUs: number;
  /** What reading the scan's bytes takes at the speed of memory. */
  readonly atBandwidthUs: number;
}

export interface RetrievalSizes {
  /** Tracks in a list. */
  readonly k: number;
  /** Searches of a round. */
  readonly searches: number;
  readonly rounds: number;
}

/** Searches for heard listeners' tastes of both models, and reads memory, in turns. */
export async function measureRetrieval(
  { bundle, lastHeardAtMs }: World,
  state: StateReader,
  sizes: RetrievalSizes,
): Promise<RetrievalResult> {
  const retriever = exactScan(trackSpace(bundle));
  // This bundle's tastes are its hidden states.
  const tastes = [...lastHeardAtMs.keys()]
    .slice(0, sizes.searches)
    .map((listener): Tastes => state.read(listener)!.hidden);
  const memory = Buffer.alloc(STREAM_BYTES, PRESENT_BYTE);
  const search = () => searchAll(retriever, bundle, { tastes, k: sizes.k });
  search();
  const rounds = newRounds<"search" | "read">();
  for (let round = 0; round < sizes.rounds; round++) {
    rounds.add("search", await cpuUsOf(search));
    rounds.add("read", await cpuUsOf(() => readThrough(memory)));
  }
  return {
    cpuUs: rounds.least("search") / tastes.length,
    atBandwidthUs: (rounds.least("read") / STREAM_BYTES) * scanBytes(bundle),
  };
}

/** Far more than any cache holds that one core may fill. */
const STREAM_BYTES = 256 * 1024 * 1024;
const PRESENT_BYTE = 1;
const ABSENT_BYTE = 2;

/** Bytes that one search for a blend of all models cannot do without: a byte for each element of
 *  the vectors, padded as they are, and the bounds' columns, of every track. */
export function scanBytes({ models, trackIds }: Bundle): number {
  return (
    Object.values(models).reduce((sum, model) => sum + modelBytes(model), FLOAT_BYTES) *
    trackIds.length
  );
}

/** int8 rows are padded to whole vectors of so many columns. */
const SCAN_COLUMNS = 16;
/** A model's scale, rounding error and bias; popularity, which all share, is one more float32. */
const FLOATS_PER_MODEL = 3;
const FLOAT_BYTES = 4;

function modelBytes({ dimension }: Model): number {
  const columns = Math.ceil(dimension / SCAN_COLUMNS) * SCAN_COLUMNS;
  return columns + FLOATS_PER_MODEL * FLOAT_BYTES;
}

function searchAll(
  retriever: Retriever,
  bundle: Bundle,
  { tastes, k }: { readonly tastes: readonly Tastes[]; readonly k: number },
): void {
  const weights = wholeBlend(bundle.manifest.blend);
  for (const taste of tastes) {
    const found = retriever.retrieve({ tastes: taste, weights, excluded: [], k });
    requireThat(found.length === k, `a search found ${found.length} of ${k} tracks`);
  }
}

/** In order, by C's `memchr`, which loads whole vector registers. */
function readThrough(memory: Buffer): void {
  requireThat(memory.indexOf(ABSENT_BYTE) === -1, "the memory was not read to its end");
}
