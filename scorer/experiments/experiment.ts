import type { NextTracksQuery } from "../recommendation.ts";

/** A comparison of two or more ways to recommend, each for listeners of its own. */
export interface Experiment {
  readonly name: string;
  /** Experiments of one salt divide listeners in the same order; those of different salts know
   *  nothing of each other. */
  readonly salt: string;
  /** The name of the arm that the others are compared with. */
  readonly control: string;
  readonly arms: readonly Arm[];
  /** The share of listeners whose lists are drawn from both arms; 0 where there are not two. */
  readonly interleavedShare: number;
  /** From the first to just before the other, in milliseconds since 1970-01-01 UTC. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Whether listeners come into it at `nowMs`, in milliseconds since 1970-01-01 UTC. */
export function isRunning({ fromMs, untilMs }: Experiment, nowMs: number): boolean {
  return nowMs >= fromMs && nowMs < untilMs;
}

export interface Arm {
  readonly name: string;
  /** Of all listeners, 0 to 1. */
  readonly share: number;
  /** The folder of the bundle that scores; the served one where it is not given. */
  readonly bundle: string | undefined;
  readonly states: ArmStates;
  /** What the arm has instead of what a request says. */
  readonly wishes: ArmWishes;
}

/** Where an arm's hidden states come from: from the store, as ingest stepped them, or from a
 *  listener's remembered events, stepped anew for each list. */
export const ARM_STATES = ["stored", "rebuilt"] as const;
export type ArmStates = (typeof ARM_STATES)[number];

export type ArmWishes = Pick<
  NextTracksQuery,
  "weights" | "skips" | "listRules" | "notHeardWithinMs" | "diversity" | "exploration"
>;
