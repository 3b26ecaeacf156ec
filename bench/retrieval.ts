import type { Bundle } from "../core/bundle/bundle.ts";
import { wholeBlend } from "../core/bundle/manifest.ts";
import type { StateReader } from "../core/state/session-store.ts";
import { exactScan } from "../scorer/retrieval/exact-scan.ts";
import { type Retriever, type Tastes, trackSpace } from "../scorer/retrieval/retriever.ts";
import { type LaidOutTracks, layOut } from "../scorer/retrieval/scan-layout.ts";
import { requireThat } from "./did-not-happen.ts";
import { cpuUsOf, newRounds } from "./measure.ts";
import type { World } from "./world.ts";

/** CPU microseconds of one search. */
export interface RetrievalResult {
  readonly cpuUs: number;
  /** Bytes that a search of all tracks cannot do without. */
  readonly scanBytes: number;
  /** What reading them takes at the speed of memory. */
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
  const space = trackSpace(bundle);
  const retriever = exactScan(space);
  const scanBytes = bytesOfHeads(layOut(space));
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
    scanBytes,
    atBandwidthUs: (rounds.least("read") / STREAM_BYTES) * scanBytes,
  };
}

/** Far more than any cache holds that one core may fill. */
const STREAM_BYTES = 256 * 1024 * 1024;
const PRESENT_BYTE = 1;
const ABSENT_BYTE = 2;

/** Of every track the head of its row in each model, a byte for each column, and what bounds the
 *  rest. */
function bytesOfHeads({ models, count }: LaidOutTracks): number {
  const heads = Object.values(models).map(({ headWidth }) => headWidth + BOUNDS_BYTES);
  return heads.reduce((sum, bytes) => sum + bytes, FLOAT_BYTES) * count;
}

const FLOAT_BYTES = 4;
/** A model's scale, rounding error, length of the tail and bias; popularity, which all share, is
 *  one more float32. */
const BOUNDS_BYTES = 4 * FLOAT_BYTES;

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
