/** The six models of De Boom et al. 2018, "Large-scale user modeling with recurrent neural
 *  networks for music discovery on multiple time scales" (arXiv 1708.06520), by the paper's names:
 *  r or b for recurrent or baseline, P, H or W for playlist, history or weights, S or L for short
 *  or long. */
export const MODEL_RECIPES = {
  rPST: { kind: "recurrent", sequence: "playlist", term: "short" },
  rPLT: { kind: "recurrent", sequence: "playlist", term: "long" },
  rHST: { kind: "recurrent", sequence: "history", term: "short" },
  rHLT: { kind: "recurrent", sequence: "history", term: "long" },
  bWST: { kind: "weighted", sequence: "history", term: "short" },
  bWLT: { kind: "weighted", sequence: "history", term: "long" },
} as const satisfies Readonly<Record<string, ModelRecipe>>;

export type SixModelName = keyof typeof MODEL_RECIPES;
export const SIX_MODEL_NAMES = Object.keys(MODEL_RECIPES) as SixModelName[];

export interface ModelRecipe {
  /** A GRU, or a weighted sum of the last tracks. */
  readonly kind: "recurrent" | "weighted";
  /** What one sequence is: a session, or all that a listener heard. */
  readonly sequence: "playlist" | "history";
  /** How far ahead the track is that the taste should be near to. */
  readonly term: Term;
}

export const TERMS = ["short", "long"] as const;
export type Term = (typeof TERMS)[number];

/** ℓmin and ℓmax of each term, in tracks ahead. */
export const HORIZONS: Readonly<Record<Term, { readonly min: number; readonly max: number }>> = {
  short: { min: 1, max: 1 },
  long: { min: 25, max: 50 },
};
