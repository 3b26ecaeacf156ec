import { signTest } from "../evaluate/bootstrap.ts";
import { type Estimate, estimateOf } from "./confidence.ts";
import type { ListenerOutcome } from "./listener-outcomes.ts";
import { ratioOf } from "./ratio.ts";

/** Which arm's tracks listeners of interleaved lists played more of. */
export interface InterleavingWins {
  readonly listeners: number;
  readonly wins: Readonly<Record<string, number>>;
  readonly ties: number;
  /** The mean over listeners of 1 for a win of `arm`, −1 for one of the control, 0 for a tie: above
   *  0 where `arm` is preferred. It is twice Δ of Chapelle, Joachims, Radlinski and Yue 2012 (doi
   *  10.1145/2094072.2094078), equation 1. */
  readonly preference: Estimate;
  /** The two-sided sign test over listeners who preferred one. */
  readonly signTestP: number;
}

/** Undefined where no listener's lists were interleaved. A listener's plays are credited to the
 *  arms that gave the tracks; the arm with more of them wins the listener. */
export function interleavingWins(
  complete: readonly ListenerOutcome[],
  { arm, control }: { readonly arm: string; readonly control: string },
  tightAt: number,
): InterleavingWins | undefined {
  const interleaved = complete.filter((outcome) => outcome.arm === undefined);
  if (interleaved.length === 0) return undefined;
  const creditsOf = (name: string) =>
    Float64Array.from(interleaved, ({ credits }) => credits.get(name) ?? 0);
  const [ours, theirs] = [creditsOf(arm), creditsOf(control)];
  const signs = Array.from(ours, (credits, at) => Math.sign(credits - theirs[at]!));
  const count = (sign: number) => signs.filter((one) => one === sign).length;
  const { value, error } = ratioOf(signs.map((sign) => [sign, 1]));
  return {
    listeners: interleaved.length,
    wins: { [control]: count(-1), [arm]: count(1) },
    ties: count(0),
    preference: estimateOf(value, error, { count: interleaved.length, tightAt }),
    signTestP: signTest(ours, theirs),
  };
}
