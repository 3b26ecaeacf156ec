import type { TrackClusters, TrackCodes } from "../../core/bundle/bundle.ts";
import { CODE_VALUES } from "../../core/bundle/manifest.ts";
import type { MemoryPlan } from "./scan-memory.ts";
import { summariseParts } from "./summarise-parts.ts";

/** Clusters with codes for their tracks. */
export type CodedClusters = Pick<TrackClusters, "tracks" | "starts"> & {
  readonly codes: TrackCodes;
};

/** Where what a search knows of parts of clusters has its place, in bytes; `code-task.as.ts` says
 *  what is there. Nothing is there for clusters without parts. */
export interface PartPlaces {
  /** float32 [clusters] */
  readonly clusterScores: number;
  readonly partCodes: number;
  readonly partClusters: number;
  readonly partSpreads: number;
  readonly partShares: number;
}

/** Of what is read in one piece, parts or whole clusters; [groups] numbers of 4 bytes each. */
export interface GroupPlaces {
  readonly firsts: number;
  readonly sizes: number;
  readonly bases: number;
  readonly reaches: number;
  readonly waiting: number;
}

export const BLOCK_ROWS = 16;

export function planGroups(plan: MemoryPlan, groups: number): GroupPlaces {
  const place = () => plan.place(groups * 4);
  return { firsts: place(), sizes: place(), bases: place(), reaches: place(), waiting: place() };
}

export function planParts(plan: MemoryPlan, { starts, codes }: CodedClusters): PartPlaces {
  const parts = codes.parts === undefined ? 0 : codes.parts.length - 1;
  // Two blocks are read at a time.
  const rows = roundedUp(parts, 2 * BLOCK_ROWS);
  return {
    clusterScores: plan.place((starts.length - 1) * 4),
    partCodes: plan.place((rows * codes.widths.length) / 2),
    partClusters: plan.place(rows * 4),
    partSpreads: plan.place(rows * 4),
    partShares: plan.place(codes.books.byteLength / CODE_VALUES),
  };
}

export function loadParts(
  buffer: SharedArrayBuffer,
  places: PartPlaces,
  clusters: CodedClusters,
): void {
  const { widths, parts } = clusters.codes;
  if (parts === undefined) return;
  const {
    clusters: clusterOf,
    centres,
    spreads,
    shares,
  } = summariseParts(clusters, parts, clusters.codes);
  new Uint32Array(buffer, places.partClusters, clusterOf.length).set(clusterOf);
  new Float32Array(buffer, places.partSpreads, spreads.length).set(spreads);
  new Float32Array(buffer, places.partShares, shares.length).set(shares);
  const pairs = widths.length / 2;
  const rows = roundedUp(spreads.length, BLOCK_ROWS);
  const target = new Uint8Array(buffer, places.partCodes, rows * pairs);
  const own = new Uint8Array(pairs);
  for (let part = 0; part < spreads.length; part++) {
    for (let pair = 0; pair < pairs; pair++) {
      const at = 2 * (part * pairs + pair);
      own[pair] = centres[at]! | (centres[at + 1]! << 4);
    }
    putInBlock(target, part, own);
  }
}

/** Puts the codes of a row, two in a byte, into its block. */
export function putInBlock(blocks: Uint8Array, row: number, codes: Uint8Array): void {
  const lane = row % BLOCK_ROWS;
  const place = (row - lane) * codes.length + (lane < 8 ? 2 * lane : 2 * lane - 15);
  for (let pair = 0; pair < codes.length; pair++) blocks[place + pair * BLOCK_ROWS] = codes[pair]!;
}

export function roundedUp(count: number, multiple: number): number {
  return Math.ceil(count / multiple) * multiple;
}
