import { CODE_VALUES } from "../../core/bundle/manifest.ts";
import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";
import { type FineRows, fineBytes, loadFineRows, planFineRows } from "./fine-rows.ts";
import {
  type LaidOutVectors,
  loadVectors,
  type ModelVectors,
  planScoring,
  planVectors,
  type VectorLayout,
} from "./model-vectors.ts";
import {
  BLOCK_ROWS,
  type CodedClusters,
  type GroupPlaces,
  loadParts,
  type PartPlaces,
  planGroups,
  planParts,
  putInBlock,
  roundedUp,
} from "./part-layout.ts";
import { LENGTHS_MAX, quantiseToLength } from "./quantise.ts";
import type { TrackSpace } from "./retriever.ts";
import { MEMORY_BYTES_MAX, memoryPlan, newScanMemory } from "./scan-memory.ts";
import { type ClusterSummary, clusterMeans, summariseClusters } from "./summarise-clusters.ts";

/** A catalogue that can be searched here. */
export type CodeLayout = LaidOutCodes & VectorLayout;

/** A catalogue in the memory of the kernels, as codes in order of its clusters and as vectors; data
 *  alone, so that one thread can hand it to another. All places are bytes; `codes.as.ts` says what
 *  is there. */
export interface LaidOutCodes extends LaidOutVectors, GroupPlaces, PartPlaces {
  readonly clusterCount: number;
  /** How many parts clusters have, or clusters where they are read whole. */
  readonly groupCount: number;
  readonly hasParts: boolean;
  /** int16 [clusters, width]: means of the tracks' columns, and float32 [clusters]: what one step
   *  of each stands for. */
  readonly centroids: number;
  readonly centroidSteps: number;
  readonly spreads: number;
  readonly factors: number;
  /** int16 [T, width], and float32 [T]: what one step of each stands for. */
  readonly axes: number;
  readonly axisSteps: number;
  /** A query's columns, filled up to a multiple of 8. */
  readonly width: number;
  /** int16 [width] */
  readonly query: number;
  /** T */
  readonly coordinates: number;
  readonly turned: number;
  readonly books: number;
  readonly widths: number;
  readonly subspaces: number;
  readonly gathered: number;
  readonly sums: number;
  readonly tables: number;
  readonly codes: number;
  readonly tracks: number;
  readonly trackCodes: number;
  readonly groups: number;
  /** Bitset of [excludedWords] uint32. */
  readonly excluded: number;
  readonly excludedWords: number;
  readonly heap: number;
  /** uint32 [count] */
  readonly listed: number;
  readonly task: number;
  /** Undefined where the memory would not hold them. */
  readonly fine: FineRows | undefined;
}

/** How many words of 4 bytes the kernel's `CodeTask` has, and by how many variances it tells how
 *  far a cluster reaches. */
export const CODE_TASK_WORDS = 52;
export const SPREAD_PARTS = 5;
/** At least what rows of int8 need in the memory beside the rows. */
const FINE_REST_BYTES = 65_536;
/** Of what gathers a block, beside the block. */
const GATHERED_BYTES = 576;

/** Copies a catalogue into one memory: float32 vectors for the score, codes for the search. */
export function layOutCodes(space: TrackSpace, clusters: CodedClusters): LaidOutCodes {
  const { count } = space;
  const { axes, widths, books } = clusters.codes;
  const plan = memoryPlan();
  const models: Partial<Record<ModelName, ModelVectors>> = {};
  for (const name of MODEL_NAMES) {
    const model = space.models[name];
    if (model !== undefined) models[name] = planVectors(plan, model, count);
  }
  const blocks = blocksOf(groupsOf(clusters));
  const groupCount = blocks.sizes.length;
  const clusterCount = clusters.starts.length - 1;
  const coordinates = books.length / CODE_VALUES;
  const columns = axes.length / coordinates;
  const width = roundedUp(columns, 8);
  const subspaces = widths.length;
  const excludedWords = Math.floor(count / 32) + 1;
  const rows = blocks.count * BLOCK_ROWS;
  const places = {
    ...planScoring(plan, count),
    centroids: plan.place(roundedUp(clusterCount, 4) * width * 2),
    centroidSteps: plan.place(clusterCount * 4),
    spreads: plan.place(SPREAD_PARTS * roundedUp(clusterCount, 4) * 4),
    factors: plan.place(SPREAD_PARTS * 4),
    axes: plan.place(roundedUp(coordinates, 4) * width * 2),
    axisSteps: plan.place(coordinates * 4),
    query: plan.place(width * 2),
    turned: plan.place(coordinates * 4),
    books: plan.place(books.byteLength),
    widths: plan.place(subspaces * 4),
    gathered: plan.place(GATHERED_BYTES + BLOCK_ROWS * trackCodeBytes(subspaces)),
    sums: plan.place(subspaces * CODE_VALUES * 4),
    tables: plan.place(subspaces * CODE_VALUES),
    codes: plan.place((rows * subspaces) / 2),
    tracks: plan.place(rows * 4),
    trackCodes: plan.place(count * trackCodeBytes(subspaces)),
    groups: plan.place(count * 4),
    ...planGroups(plan, groupCount),
    ...planParts(plan, clusters),
    excluded: plan.place(excludedWords * 4),
    heap: plan.place(count * 4),
    listed: plan.place(count * 4),
    task: plan.place(CODE_TASK_WORDS * 4),
  };
  const hasFine = plan.bytes() + fineBytes(space) < MEMORY_BYTES_MAX - FINE_REST_BYTES;
  const finePlaces = hasFine ? planFineRows(plan, space) : undefined;
  const memory = newScanMemory(plan.bytes());
  const { buffer } = memory;
  for (const model of Object.values(models)) loadVectors(buffer, model);
  const layout: LaidOutCodes = {
    ...{ space, count, memory, models, clusterCount, groupCount, ...places },
    ...{ width, coordinates, subspaces, excludedWords },
    hasParts: clusters.codes.parts !== undefined,
    fine: finePlaces && loadFineRows(buffer, finePlaces, space),
  };
  new Float32Array(buffer, places.popularity, count).set(space.popularity);
  new Float32Array(buffer, places.books, books.length).set(books);
  new Uint32Array(buffer, places.widths, subspaces).set(widths);
  new Uint32Array(buffer, places.firsts, groupCount).set(blocks.firsts);
  new Uint32Array(buffer, places.sizes, groupCount).set(blocks.sizes);
  const summary = summariseClusters(space, clusters);
  loadRows(layout, [places.axes, places.axisSteps], axes, columns);
  loadRows(layout, [places.centroids, places.centroidSteps], clusterMeans(summary), columns);
  loadSpreads(layout, summary);
  loadCodes(layout, clusters, rows);
  loadParts(buffer, places, clusters);
  return layout;
}

/** Where in the order of tracks each group begins that is read in one piece. */
function groupsOf({ starts, codes }: CodedClusters): Uint32Array {
  return codes.parts ?? starts;
}

interface Blocks {
  readonly count: number;
  /** [groups] each. */
  readonly firsts: Uint32Array;
  readonly sizes: Uint32Array;
}

/** Every group begins with a block of its own. */
function blocksOf(starts: Uint32Array): Blocks {
  const firsts = new Uint32Array(starts.length - 1);
  const sizes = firsts.map((_, cluster) => starts[cluster + 1]! - starts[cluster]!);
  let count = 0;
  for (const [cluster, size] of sizes.entries()) {
    firsts[cluster] = count;
    count += Math.ceil(size / BLOCK_ROWS);
  }
  return { count, firsts, sizes };
}

/** What the kernel takes of a track at a time is 16 bytes. */
function trackCodeBytes(subspaces: number): number {
  return Math.ceil(subspaces / 32) * 16;
}

/** Puts the variances where the kernel finds them: of each model's vectors and bias, and of
 *  popularity. */
function loadSpreads(layout: LaidOutCodes, { models, popularity }: ClusterSummary): void {
  const { memory, spreads, clusterCount } = layout;
  const stride = roundedUp(clusterCount, 4);
  const target = new Float32Array(memory.buffer, spreads, SPREAD_PARTS * stride);
  for (const [at, name] of MODEL_NAMES.entries()) {
    const model = models[name];
    if (model === undefined) continue;
    target.set(model.variances, 2 * at * stride);
    target.set(model.bias.variances, (2 * at + 1) * stride);
  }
  target.set(popularity.variances, 4 * stride);
}

function loadRows(
  { memory: { buffer }, width }: LaidOutCodes,
  [place, stepsPlace]: readonly [rows: number, steps: number],
  rows: Float32Array,
  columns: number,
): void {
  const steps = new Float32Array(buffer, stepsPlace, rows.length / columns);
  for (let row = 0; row < steps.length; row++) {
    const target = new Int16Array(buffer, place + row * width * 2, columns);
    const values = rows.subarray(row * columns, (row + 1) * columns);
    steps[row] = quantiseToLength(values, target, LENGTHS_MAX.row);
  }
}

/** Puts the codes of each track where the kernel finds them, and its index. */
function loadCodes(layout: LaidOutCodes, clusters: CodedClusters, rows: number): void {
  const { subspaces, count } = layout;
  const { buffer } = layout.memory;
  const { codes } = clusters;
  const starts = groupsOf(clusters);
  const bytes = new Uint8Array(codes.codes.buffer, codes.codes.byteOffset, codes.codes.byteLength);
  const pairs = subspaces / 2;
  const target = new Uint8Array(buffer, layout.codes, rows * pairs);
  const ownBytes = trackCodeBytes(subspaces);
  const byTrack = new Uint8Array(buffer, layout.trackCodes, count * ownBytes);
  for (let track = 0; track < count; track++) {
    byTrack.set(bytes.subarray(track * pairs, (track + 1) * pairs), track * ownBytes);
  }
  const tracks = new Uint32Array(buffer, layout.tracks, rows).fill(count);
  const groupOf = new Uint32Array(buffer, layout.groups, count);
  const firsts = new Uint32Array(buffer, layout.firsts, layout.groupCount);
  for (let group = 0; group + 1 < starts.length; group++) {
    const start = starts[group]!;
    for (let at = 0; start + at < starts[group + 1]!; at++) {
      const track = clusters.tracks[start + at]!;
      const row = firsts[group]! * BLOCK_ROWS + at;
      tracks[row] = track;
      groupOf[track] = group;
      putInBlock(target, row, bytes.subarray(track * pairs, (track + 1) * pairs));
    }
  }
}
