import { type Manifest, wholeBlend } from "../../core/bundle/manifest.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { MODEL_NAMES } from "../../core/domain/ids.ts";
import { readLogHeader } from "../../core/log-folder/read-log-folder.ts";
import { SOURCES } from "../evaluate/ask-and-hear.ts";
import {
  type ComparedEvaluation,
  type ComparisonOptions,
  compareWithBaselines,
  type DetailedComparison,
} from "../evaluate/compare-with-baselines.ts";
import {
  averagePopularity,
  catalogueCoverage,
  giniOfExposure,
  novelty,
} from "../evaluate/list-measures.ts";
import type { Preparation } from "../prepare/preparation.ts";
import type { ModelComparison } from "../six-models/model-comparison.ts";
import { type BrokenDown, breakDown, circumstancesOf, groupings } from "./break-down.ts";
import { type LearningCurve, learningCurves } from "./learning-curves.ts";
import { preparationTold } from "./preparation-section.ts";

/** All that the report shows. */
export interface ReportData {
  readonly log: { readonly name: string; readonly events: number; readonly sessions: number };
  readonly trainedOn: string | undefined;
  readonly catalogue: number;
  readonly idleTimeoutMs: number;
  readonly compared: ComparedEvaluation;
  /** The bundle's own weights, by source. */
  readonly blend: Readonly<Record<string, number>>;
  /** Mean share of each source in the blend's lists, adding up to 1. */
  readonly shares: Readonly<Record<string, number>>;
  readonly curves: readonly LearningCurve[];
  /** What the training left out, where the bundle tells. */
  readonly preparation: Preparation | undefined;
  readonly breakdowns: readonly BrokenDown[];
  readonly lists: readonly ListRow[];
  /** CPU time of the evaluation for a list, in milliseconds. */
  readonly cpuMsAList: number;
  /** What `compare-models` found, where it is to be shown. */
  readonly models?: ModelComparison | undefined;
}

/** What a model's lists show beside hits; see `list-measures.ts`. */
export interface ListRow {
  readonly name: string;
  readonly coverage: number;
  readonly gini: number;
  readonly novelty: number;
  readonly popularity: number;
  /** Of the blend alone. */
  readonly diversity?: number;
  readonly serendipity?: number;
}

/** The models that the broken-down plots show. */
const PLOTTED_BASELINES: readonly string[] = ["markov", "vsknn"];

/** Measures a bundle for its report. Throws `bad_bundle` and `bad_log_folder`. */
export async function collectReport(options: ComparisonOptions): Promise<ReportData> {
  const comparison = await compareWithBaselines(options);
  const { manifest, popularity } = await openBundle(options.bundleFolder);
  const { trainFolder } = options;
  const header = await readLogHeader(options.logFolder);
  const { predictions, tally, cpuSeconds } = comparison.detail;
  const about = circumstancesOf(comparison.log, predictions.place);
  const silent = silentSources(manifest);
  const lists = Math.max(1, tally.lists);
  return {
    log: { name: header.name, events: header.events, sessions: header.sessions },
    trainedOn: trainFolder === undefined ? undefined : (await readLogHeader(trainFolder)).name,
    catalogue: manifest.tracks.count,
    idleTimeoutMs: manifest.idle_timeout_ms,
    compared: withoutSilentSources(comparison, silent),
    blend: wholeBlend(manifest.blend),
    shares: Object.fromEntries(
      Object.entries(tally.shares).map(([source, sum]) => [source, sum / lists]),
    ),
    curves: learningCurves(manifest.training),
    preparation: preparationTold(manifest.training),
    breakdowns: groupings(manifest.tracks.count)
      .map((grouping) => breakDown(grouping, about, plotted(comparison, silent)))
      // Where all are alike (nobody comes back, say), there is nothing to compare.
      .filter(({ groups }) => groups.length > 1),
    lists: listRows(comparison, popularity),
    cpuMsAList: (1000 * cpuSeconds) / (lists * SOURCES.length),
  };
}

/** Models that the bundle does not have: their rung falls back to another source's list. */
function silentSources({ models }: Manifest): ReadonlySet<string> {
  return new Set(MODEL_NAMES.filter((name) => models[name] === undefined));
}

/** Without silent sources, and without the baseline that is a source of the bundle, too. */
function withoutSilentSources(
  { compared }: DetailedComparison,
  silent: ReadonlySet<string>,
): ComparedEvaluation {
  const sources = Object.entries(compared.by_source).filter(([name]) => !silent.has(name));
  const others = Object.entries(compared.baselines).filter(
    ([name]) => !(name in compared.by_source),
  );
  return {
    ...compared,
    by_source: Object.fromEntries(sources),
    baselines: Object.fromEntries(others),
  };
}

function plotted({ detail, answers }: DetailedComparison, silent: ReadonlySet<string>) {
  return [
    ...SOURCES.filter((name) => !silent.has(name)).map((name) => ({
      name: name as string,
      ranks: detail.predictions.ranks[name],
    })),
    ...answers
      .filter(({ recipe }) => PLOTTED_BASELINES.includes(recipe.name))
      .map(({ recipe, ranks }) => ({ name: recipe.name, ranks })),
  ];
}

function listRows({ detail, answers }: DetailedComparison, popularity: Float32Array): ListRow[] {
  const { tally } = detail;
  const lists = Math.max(1, tally.lists);
  const blendShare = (track: number) => Math.exp(popularity[track]!);
  const rows: ListRow[] = [
    {
      ...exposureRow("blend", tally.exposure, blendShare),
      diversity: tally.diversity / lists,
      serendipity: tally.serendipity / lists,
    },
  ];
  for (const { recipe, exposure, trained } of answers) {
    const plays = trained.track.length + exposure.length;
    const share = (track: number) => (trained.support[track]! + 1) / plays;
    rows.push(exposureRow(recipe.name, exposure, share));
  }
  return rows;
}

function exposureRow(
  name: string,
  exposure: Int32Array,
  playShare: (track: number) => number,
): ListRow {
  return {
    name,
    coverage: catalogueCoverage(exposure),
    gini: giniOfExposure(exposure),
    novelty: novelty(exposure, playShare),
    popularity: averagePopularity(exposure, playShare),
  };
}
