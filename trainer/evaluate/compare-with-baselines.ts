import { openBundle } from "../../core/bundle/open-bundle.ts";
import { BASELINES } from "../baselines/baselines.ts";
import { readSessions, type SessionLog } from "../baselines/read-sessions.ts";
import { SOURCES } from "./ask-and-hear.ts";
import { compareModels, type Difference, type Interval, type SessionSums } from "./bootstrap.ts";
import {
  type DetailedEvaluation,
  type EvaluateOptions,
  type Evaluation,
  evaluateInDetail,
} from "./evaluate.ts";
import { type RankFigures, rankCountsOf, rankFigures } from "./rank-counts.ts";
import { type BaselineAnswers, replayBaseline } from "./replay-baselines.ts";

/** The figures that are compared with intervals. */
export const COMPARED = ["recall@20", "mrr@20"] as const;
export type Compared = (typeof COMPARED)[number];

export interface ComparedFigures extends RankFigures {
  /** 95% intervals, from resampled sessions. */
  readonly intervals: Readonly<Record<Compared, Interval>>;
  /** The blend's figure minus this one, paired; absent for the blend itself. */
  readonly blend_minus?: Readonly<Record<Compared, Difference>>;
}

export interface BaselineFigures extends ComparedFigures {
  readonly source: string;
  readonly fit_cpu_seconds: number;
  readonly cpu_ms_a_prediction: number;
}

export interface ComparedEvaluation extends Omit<Evaluation, "by_source"> {
  readonly by_source: Readonly<Record<string, ComparedFigures>>;
  readonly baselines: Readonly<Record<string, BaselineFigures>>;
}

export interface ComparisonOptions extends EvaluateOptions {
  /** The log folder that the baselines learn from: the one that the bundle was trained on. No
   *  baselines where it is not given. */
  readonly trainFolder?: string | undefined;
}

/** A comparison and what it was made from. */
export interface DetailedComparison {
  readonly compared: ComparedEvaluation;
  readonly detail: DetailedEvaluation;
  /** The predicted log, its tracks numbered as the bundle's. */
  readonly log: SessionLog;
  readonly answers: readonly BaselineAnswers[];
  /** [predictions]: the session of `log` that each belongs to. */
  readonly session: Int32Array;
}

/** `evaluate` with baselines on the very same predictions, intervals for everyone, and the paired
 *  interval of the blend against each. */
export async function compareWithBaselines(
  options: ComparisonOptions,
): Promise<DetailedComparison> {
  const detail = await evaluateInDetail(options);
  const { manifest, trackIds } = await openBundle(options.bundleFolder);
  const rules = { idleTimeoutMs: manifest.idle_timeout_ms };
  const log = await readSessions(options.logFolder, rules, trackIds);
  const answers = await askBaselines(options, rules, detail.predictions.place);
  const session = sessionsOf(log, detail.predictions.place);
  return { compared: compare(detail, answers, session), detail, log, answers, session };
}

async function askBaselines(
  options: ComparisonOptions,
  rules: { readonly idleTimeoutMs: number },
  places: Int32Array,
): Promise<BaselineAnswers[]> {
  if (options.trainFolder === undefined) return [];
  const trained = await readSessions(options.trainFolder, rules);
  const log = await readSessions(options.logFolder, rules, trained.trackIds);
  const answers: BaselineAnswers[] = [];
  for (const [index, recipe] of BASELINES.entries()) {
    const before = index * log.track.length;
    answers.push(
      await replayBaseline(recipe, {
        trained,
        log,
        places,
        signal: options.signal,
        progress: (done) => options.progress(before + done, BASELINES.length * log.track.length),
      }),
    );
  }
  return answers;
}

/** [predictions]: the session in which each place of the log stands. */
function sessionsOf(log: SessionLog, places: Int32Array): Int32Array {
  const byPlace = new Map<number, number>();
  for (let session = 0; session + 1 < log.starts.length; session++) {
    for (let event = log.starts[session]!; event < log.starts[session + 1]!; event++) {
      byPlace.set(log.place[event]!, session);
    }
  }
  return places.map((place) => byPlace.get(place)!);
}

function compare(
  { evaluation, predictions }: DetailedEvaluation,
  answers: readonly BaselineAnswers[],
  session: Int32Array,
): ComparedEvaluation {
  // A source and a baseline may have one name.
  const ranks = new Map<string, Uint8Array>([
    ...SOURCES.map((source) => [`source ${source}`, predictions.ranks[source]] as const),
    ...answers.map(({ recipe, ranks }) => [`baseline ${recipe.name}`, ranks] as const),
  ]);
  const draw = { seed: SEED, resamples: RESAMPLES };
  const comparisons = COMPARED.map((figure) => {
    return [figure, compareModels(sessionSums(ranks, session, figure), BLEND, draw)] as const;
  });
  const figuresOf = (model: string): ComparedFigures => ({
    ...rankFigures(rankCountsOf(ranks.get(model)!)),
    intervals: pick(comparisons, ({ intervals }) => intervals[model]!),
    ...(model !== BLEND && {
      blend_minus: pick(comparisons, ({ differences }) => differences[model]!),
    }),
  });
  return {
    ...evaluation,
    by_source: Object.fromEntries(SOURCES.map((name) => [name, figuresOf(`source ${name}`)])),
    baselines: Object.fromEntries(
      answers.map(({ recipe, fitCpuSeconds, cpuMsAPrediction }) => [
        recipe.name,
        {
          ...figuresOf(`baseline ${recipe.name}`),
          source: recipe.source,
          fit_cpu_seconds: fitCpuSeconds,
          cpu_ms_a_prediction: cpuMsAPrediction,
        },
      ]),
    ),
  };
}

const BLEND = "source blend";
const SEED = 1;
const RESAMPLES = 1000;

function pick<From, To>(
  figures: readonly (readonly [Compared, From])[],
  choose: (from: From) => To,
): Record<Compared, To> {
  const entries = figures.map(([figure, from]) => [figure, choose(from)]);
  return Object.fromEntries(entries) as Record<Compared, To>;
}

/** Adds up by session what each rank is worth for a figure. */
function sessionSums(
  ranks: ReadonlyMap<string, Uint8Array>,
  session: Int32Array,
  figure: Compared,
): SessionSums {
  const number = new Map<number, number>();
  const row = session.map((of) => {
    if (!number.has(of)) number.set(of, number.size);
    return number.get(of)!;
  });
  const add = (worth: (prediction: number) => number): Float64Array => {
    const sums = new Float64Array(number.size);
    for (const [prediction, at] of row.entries()) sums[at]! += worth(prediction);
    return sums;
  };
  const worth = (rank: number) => (rank === 0 ? 0 : figure === "mrr@20" ? 1 / rank : 1);
  return {
    predictions: add(() => 1),
    sums: Object.fromEntries(
      [...ranks].map(([model, of]) => [model, add((prediction) => worth(of[prediction]!))]),
    ),
  };
}
