import { openBundle } from "../../core/bundle/open-bundle.ts";
import { BASELINES } from "../baselines/baselines.ts";
import { readSessions, type SessionLog } from "../baselines/read-sessions.ts";
import { SOURCES } from "./ask-and-hear.ts";
import { type ComparedFigures, compareRanks } from "./compare-ranks.ts";
import {
  type DetailedEvaluation,
  type EvaluateOptions,
  type Evaluation,
  evaluateInDetail,
} from "./evaluate.ts";
import type { PredictionRanks } from "./observe-lists.ts";
import { type BaselineAnswers, replayBaseline } from "./replay-baselines.ts";

export interface BaselineFigures extends ComparedFigures {
  readonly source: string;
  readonly fit_cpu_seconds: number;
  readonly cpu_ms_a_prediction: number;
}

export interface ComparedEvaluation extends Omit<Evaluation, "by_source"> {
  readonly by_source: Readonly<Record<string, ComparedFigures>>;
  readonly baselines: Readonly<Record<string, BaselineFigures>>;
  /** Absent where the blend has no long-term model, or no listener came again. */
  readonly long_term?: LongTermWorth;
}

/** What the long-term model is worth to listeners with an earlier session: the served blend, and
 *  the same weights but for that model's, which is 0. */
export interface LongTermWorth {
  readonly with: ComparedFigures;
  readonly without: ComparedFigures;
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
  const detail = await evaluateInDetail({ ...options, asksWithoutLong: true });
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
export function sessionsOf(log: SessionLog, places: Int32Array): Int32Array {
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
  const figures = compareRanks(ranks, session, "source blend");
  const longTerm = longTermWorth(predictions, session);
  return {
    ...evaluation,
    by_source: Object.fromEntries(SOURCES.map((name) => [name, figures.get(`source ${name}`)!])),
    baselines: Object.fromEntries(
      answers.map(({ recipe, fitCpuSeconds, cpuMsAPrediction }) => [
        recipe.name,
        {
          ...figures.get(`baseline ${recipe.name}`)!,
          source: recipe.source,
          fit_cpu_seconds: fitCpuSeconds,
          cpu_ms_a_prediction: cpuMsAPrediction,
        },
      ]),
    ),
    ...(longTerm && { long_term: longTerm }),
  };
}

/** Compares the blend with itself without the long-term model, on the predictions that were asked
 *  for both. */
function longTermWorth(
  { place, ranks, withoutLong }: PredictionRanks,
  session: Int32Array,
): LongTermWorth | undefined {
  if (withoutLong.place.length === 0) return undefined;
  const asked = new Set(withoutLong.place);
  const isAsked = (_: number, prediction: number) => asked.has(place[prediction]!);
  const both = new Map([
    ["with", ranks.blend.filter(isAsked)],
    ["without", withoutLong.ranks],
  ]);
  const figures = compareRanks(both, session.filter(isAsked), "with");
  return { with: figures.get("with")!, without: figures.get("without")! };
}
