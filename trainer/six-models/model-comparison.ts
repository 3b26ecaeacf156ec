import { Failure } from "../../core/domain/failure.ts";
import type { Difference, Interval } from "../evaluate/bootstrap.ts";
import { TASTE_FIGURES, type TasteFigure } from "./measure-tastes.ts";
import { SIX_MODEL_NAMES, type SixModelName } from "./recipes.ts";
import type { SixModelSettings } from "./settings.ts";

const COMPARISON_FORMAT = "segue.model-comparison/1";

/** What `compare-models --json` prints and `report --models` reads; `docs/measuring.md` describes
 *  it. */
export interface ModelComparison {
  readonly format: typeof COMPARISON_FORMAT;
  readonly trained_on: LogSize;
  readonly log: LogSize;
  readonly seed: number;
  readonly settings: SixModelSettings;
  /** What the recurrent models hear beside the tracks' vectors. */
  readonly features: readonly string[];
  readonly vectors_cpu_seconds: number;
  readonly predictions: Readonly<Record<PredictedPart, PredictionCounts>>;
  readonly models: Readonly<Record<SixModelName, ComparedModel>>;
  readonly cpu_seconds: number;
}

/** The next track, or those 25 to 50 ahead. */
export const PREDICTED_PARTS = ["next", "ahead"] as const;
export type PredictedPart = (typeof PREDICTED_PARTS)[number];

/** The baseline that the others are held against. */
export const PART_BASELINES = { next: "bWST", ahead: "bWLT" } as const satisfies Readonly<
  Record<PredictedPart, SixModelName>
>;

export interface LogSize {
  readonly name: string;
  readonly events: number;
  readonly sessions: number;
  readonly listeners: number;
}

export interface PredictionCounts {
  readonly points: number;
  readonly listeners: number;
  /** Relevant tracks of all points, and those of them that were not learned. */
  readonly relevant: number;
  readonly unknown: number;
}

export interface ComparedModel extends Readonly<Record<PredictedPart, PartFigures>> {
  /** How it was fitted, in words: its best epoch, or its weights. */
  readonly fitted: string;
  /** Mean loss on the held-back sessions. */
  readonly held_back_loss: number;
  readonly fit_cpu_seconds: number;
}

export type PartFigures = Readonly<Record<TasteFigure, FigureWithInterval>>;

export interface FigureWithInterval {
  readonly value: number;
  /** 95%, from resampled listeners. */
  readonly interval: Interval;
  /** This model's figure minus that of the part's baseline, paired; absent for the baseline. */
  readonly minus_baseline?: Difference;
}

export function newComparison(content: Omit<ModelComparison, "format">): ModelComparison {
  return { format: COMPARISON_FORMAT, ...content };
}

/** Reads what `compare-models --json` printed. Throws `bad_configuration`. */
export function parseComparison(text: string): ModelComparison {
  let parsed: Partial<ModelComparison>;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new Failure("bad_configuration", "the comparison of models is no JSON", { cause });
  }
  if (parsed?.format !== COMPARISON_FORMAT) {
    const message = `a comparison of models has the format "${COMPARISON_FORMAT}"`;
    throw new Failure("bad_configuration", message, { field: "format" });
  }
  for (const name of SIX_MODEL_NAMES) checkModel(parsed, name);
  for (const key of ["trained_on", "log", "predictions"] as const) {
    if (typeof parsed[key] !== "object") throw missing(key);
  }
  return parsed as ModelComparison;
}

function checkModel({ models }: Partial<ModelComparison>, name: SixModelName): void {
  for (const part of PREDICTED_PARTS) {
    for (const figure of TASTE_FIGURES) {
      const found = models?.[name]?.[part]?.[figure];
      const numbers = [found?.value, found?.interval?.[0], found?.interval?.[1]];
      if (numbers.some((one) => typeof one !== "number")) {
        throw missing(`models.${name}.${part}.${figure}`);
      }
    }
  }
}

function missing(field: string): Failure {
  return new Failure("bad_configuration", "the comparison of models is not complete", { field });
}
