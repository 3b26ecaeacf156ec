import type { Chance } from "./chance.ts";
import { type RunKind, WORLD_RULES } from "./world-rules.ts";

const RULES = WORLD_RULES.skip;

/** What decides whether a track is skipped. */
export interface SkipCircumstances {
  /** Cosine of the track and what the session wants, −1…1. */
  readonly fit: number;
  /** The listener's own tendency, in logits. */
  readonly bias: number;
  readonly run: RunKind;
  readonly heardRecently: boolean;
  /** Skips just before this track, without a finished play between. */
  readonly streak: number;
}

/** The true chance of a skip: a logistic function of the circumstances. */
export function skipProbability(circumstances: SkipCircumstances): number {
  const { fit, bias, run, heardRecently, streak } = circumstances;
  const logit =
    RULES.base +
    bias +
    RULES.fitWeight * (RULES.fitNeutral - fit) +
    RULES.context[run] +
    (heardRecently && run !== "library" ? RULES.heardAgain : 0) +
    RULES.streak * Math.min(streak, RULES.streakMax);
  return 1 / (1 + Math.exp(-logit));
}

/** The fraction of a skipped track that is heard; the worse the fit, the less. */
export function skippedFraction(chance: Chance, fit: number): number {
  const power = 1 + RULES.fractionPower * Math.min(1, Math.max(0, 1 - fit));
  const range = RULES.fractionMax - RULES.fractionMin;
  return RULES.fractionMin + range * chance.uniform() ** power;
}
