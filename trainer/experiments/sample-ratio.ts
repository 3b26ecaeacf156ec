import { twoSidedP } from "../evaluate/bootstrap.ts";
import type { ArmPart } from "./listener-outcomes.ts";

/** How likely it is that listeners are as far from their arms' shares, where chance alone divides
 *  them: a test of each part's count by the normal approximation, the least p times the number of
 *  tests (Bonferroni). 1 where there is nothing to test. */
export function sampleRatioP(parts: readonly ArmPart[]): number {
  const shares = parts.reduce((sum, { share }) => sum + share, 0);
  const listeners = parts.reduce((sum, part) => sum + part.listeners, 0);
  if (parts.length < 2 || shares === 0 || listeners === 0) return 1;
  const chances = parts.map((part) => {
    const share = part.share / shares;
    const deviation = Math.sqrt(listeners * share * (1 - share));
    const off = part.listeners - listeners * share;
    return deviation === 0 ? Number(off === 0) : twoSidedP(off / deviation);
  });
  return Math.min(1, Math.min(...chances) * (parts.length === 2 ? 1 : parts.length));
}
