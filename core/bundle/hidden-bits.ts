import { roundToBytes } from "./byte-float.ts";
import { roundToHalves } from "./half-float.ts";

/** How many bits a record keeps of each number of a hidden state: halves, which hold any state, or
 *  bytes, which hold states between −1 and 1. */
export const HIDDEN_BITS = [8, 16] as const;
export type HiddenBits = (typeof HIDDEN_BITS)[number];

/** What a manifest that does not say it means: states of any size. */
export const HIDDEN_BITS_DEFAULT: HiddenBits = 16;

/** Rounds states from `start` to `end` to what a record keeps of them. */
export function roundHidden(
  states: Float32Array,
  bits: HiddenBits,
  { start = 0, end = states.length } = {},
): void {
  if (bits === 8) roundToBytes(states, start, end);
  else roundToHalves(states, start, end);
}
