import type { BlendWeights } from "../../core/bundle/manifest.ts";
import { MODEL_NAMES } from "../../core/domain/ids.ts";
import { CODE_TASK_WORDS, type CodeLayout, SPREAD_PARTS } from "./code-layout.ts";
import { openFineTask } from "./fine-rows.ts";
import type { LoadedQueries } from "./model-vectors.ts";
import { LENGTHS_MAX, quantiseToLength } from "./quantise.ts";
import { squaredLength } from "./vector-length.ts";

/** What differs from search to search, beside the query. */
export interface CodeSearchPlan {
  /** How many tracks are looked at in whatever cluster they are. */
  readonly listed: number;
  readonly readsClusters: boolean;
  readonly k: number;
  readonly reach: number;
  /** In lengths of the query's coordinates. */
  readonly margin: number;
  /** Of how many tracks at most more than their codes is looked at. */
  readonly nearMax: number;
}

export interface SearchEffort {
  readonly read: number;
  /** How many codes could not tell from those of the list. */
  readonly near: number;
  readonly scored: number;
}

/** The kernel's `CodeTask`, word by word. */
export interface CodeTask {
  /** Writes the query's columns, and how much each spread within a cluster counts; the queries must
   *  be loaded. `saidMax`: the most that sparse sources say of a track. */
  loadQuery(queries: LoadedQueries, weights: BlendWeights, saidMax: number): void;
  /** Searches, and returns how many of the best there are. */
  run(plan: CodeSearchPlan): number;
  /** Of the last search. */
  effort(): SearchEffort;
}

const [LISTED, REACH, NEAR, OUT, LOW_BITS, QUERY_STEP, PARTS] = [29, 32, 34, 37, 40, 41, 44];

export function openCodeTask(layout: CodeLayout): CodeTask {
  const { buffer, kernels, task } = layout;
  const words = new Uint32Array(buffer, task, CODE_TASK_WORDS);
  const floats = new Float32Array(buffer, task, CODE_TASK_WORDS);
  const columns = new Float32Array(layout.width);
  const query = new Int16Array(buffer, layout.query, layout.width);
  const factors = new Float32Array(buffer, layout.factors, SPREAD_PARTS);
  words.set([layout.query, layout.axes, layout.width, layout.coordinates, layout.turned]);
  words.set([layout.books, layout.widths, layout.subspaces, layout.gathered], 5);
  words.set([layout.sums, layout.tables, layout.codes, layout.tracks, layout.trackCodes], 9);
  words.set([layout.groups, layout.excluded, layout.firsts, layout.sizes], 14);
  words.set([layout.centroids, layout.spreads, layout.factors, layout.bases], 18);
  words.set([layout.reaches, layout.waiting, layout.clusterCount], 22);
  words.set([layout.heap, layout.scoreTask, layout.fine?.task ?? 0, layout.listed], 25);
  words[LOW_BITS] = 15;
  words.set([layout.axisSteps, layout.centroidSteps], QUERY_STEP + 1);
  words.set([layout.groupCount, layout.clusterScores, Number(layout.hasParts)], PARTS);
  words.set([layout.partCodes, layout.partClusters], PARTS + 3);
  words.set([layout.partSpreads, layout.partShares], PARTS + 5);
  const fine = layout.fine && openFineTask(buffer, layout.fine);
  return {
    loadQuery(queries, weights, saidMax) {
      fine?.loadQuery(queries, weights, saidMax);
      let at = 0;
      for (const [part, name] of MODEL_NAMES.entries()) {
        const model = layout.models[name];
        const taste = queries[name];
        const weight = taste === undefined ? 0 : weights[name];
        factors[2 * part] = taste === undefined ? 0 : squaredLength(taste);
        factors[2 * part + 1] = weight ** 2;
        if (model === undefined) continue;
        const { dimension } = model.space;
        if (taste === undefined) columns.fill(0, at, at + dimension);
        else columns.set(taste, at);
        at += dimension;
        columns[at++] = weight;
      }
      columns[at] = weights.popularity;
      factors[SPREAD_PARTS - 1] = weights.popularity ** 2;
      floats[QUERY_STEP] = quantiseToLength(columns, query, LENGTHS_MAX.query);
    },
    run({ listed, readsClusters, k, reach, margin, nearMax }) {
      words[LISTED] = listed;
      words[LISTED + 1] = Number(readsClusters);
      words[LISTED + 2] = k;
      floats[REACH] = reach;
      floats[REACH + 1] = margin;
      words[NEAR] = nearMax;
      return kernels.searchCodes(task);
    },
    effort: () => ({ read: words[OUT]!, near: words[OUT + 1]!, scored: words[OUT + 2]! }),
  };
}
