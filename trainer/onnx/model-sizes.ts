import type { HiddenBits } from "../../core/bundle/hidden-bits.ts";

/** Which recurrent model it is. What is left out is the plain form: one GRU whose vectors are heard
 *  and scored alike. */
export interface ModelForm {
  /** "gru" where it is left out. */
  readonly cell?: CellName;
  /** 1 where it is left out. */
  readonly layers?: number;
  /** What is brought to mean 0 and variance 1 in each row: nothing where it is left out. */
  readonly normalise?: Normalised;
  /** Whether the last track's vector adds to the taste, through a matrix of its own. */
  readonly skipConnection?: boolean;
  /** Whether a track is heard and scored by one vector ("tied", as where it is left out) or two. */
  readonly vectors?: VectorUse;
}

export const CELL_NAMES = ["gru", "lstm"] as const;
export type CellName = (typeof CELL_NAMES)[number];
export const NORMALISED = ["none", "gates", "taste"] as const;
export type Normalised = (typeof NORMALISED)[number];
export const VECTOR_USES = ["tied", "separate"] as const;
export type VectorUse = (typeof VECTOR_USES)[number];

/** The sizes of one model: H (of each layer), D and F. */
export interface ModelSizes extends ModelForm {
  readonly hidden: number;
  readonly dimension: number;
  readonly featureWidth: number;
  /** Whether a matrix leads to the taste even where H = D; where they differ one does anyway. */
  readonly projects?: boolean;
  /** Whether the model says how likely a skip is. */
  readonly skipHead?: boolean;
}

/** The states of each layer: a GRU's hidden one; an LSTM's hidden one and its cell. */
export function statesPerLayer({ cell }: ModelForm): number {
  return cell === "lstm" ? 2 : 1;
}

/** R: all layers' states side by side, the first layer's first. */
export function recurrentWidth(sizes: ModelSizes): number {
  return (sizes.layers ?? 1) * statesPerLayer(sizes) * sizes.hidden;
}

/** The H of a bundle: R, and behind it the last track's vector where the taste needs it. */
export function stateWidth(sizes: ModelSizes): number {
  return recurrentWidth(sizes) + (sizes.skipConnection ? sizes.dimension : 0);
}

/** What a bundle says its states are rounded to: a GRU's lie between −1 and 1, but neither does an
 *  LSTM's cell nor a track's vector. */
export function hiddenBitsOf({ cell, skipConnection }: ModelForm): HiddenBits {
  return cell === "lstm" || skipConnection ? 16 : 8;
}
