import { areaUnderCurve } from "./area-under-curve.ts";

/** What the models said of skips before they heard them, a row for each play to its end or skip. */
export interface SkipPredictions {
  /** [predictions]: each event's place among all events of the log folder, from 0; rising. */
  readonly place: Int32Array;
  /** [predictions]: the chance of a skip, as it was served. */
  readonly chance: Float64Array;
  /** [predictions]: 1 for a skip. */
  readonly skipped: Uint8Array;
}

export interface SkipFigures {
  readonly predictions: number;
  /** How often a skip really came, and how often one was to come by what was said. */
  readonly skipped: number;
  readonly predicted: number;
  /** The chance that a skipped play was given a higher chance than one that was not. */
  readonly auc: number;
  /** Mean −ln of the chance that was given to what came, in nats, and that of `skipped` alone. */
  readonly log_loss: number;
  readonly log_loss_of_share: number;
  /** Mean difference of said and true share over ten groups of equal size, by what was said. */
  readonly calibration_error: number;
  /** Of the chances that the simulated world itself drew by, on the same plays, and how much of it
   *  the models reach; only where the log folder holds a truth. */
  readonly truth_auc?: number;
  readonly share_of_truth?: number;
}

/** Undefined where the models said nothing of any play. `truth` are true chances by place. */
export function skipFigures(
  predictions: SkipPredictions,
  truth?: Float64Array,
): SkipFigures | undefined {
  const { place, chance, skipped } = predictions;
  if (place.length === 0) return undefined;
  const positive = Array.from(skipped, (label) => label === 1);
  const share = mean(skipped);
  const auc = areaUnderCurve(chance, positive);
  const figures = {
    predictions: place.length,
    skipped: share,
    predicted: mean(chance),
    auc,
    log_loss: logLoss(chance, skipped),
    log_loss_of_share: logLoss(new Float64Array(place.length).fill(share), skipped),
    calibration_error: calibrationError(chance, skipped),
  };
  if (truth === undefined) return figures;
  const trueChances = Float64Array.from(place, (at) => truth[at]!);
  const truthAuc = areaUnderCurve(trueChances, positive);
  return { ...figures, truth_auc: truthAuc, share_of_truth: auc / truthAuc };
}

function logLoss(chance: Float64Array, skipped: Uint8Array): number {
  let sum = 0;
  for (const [at, said] of chance.entries()) {
    const given = skipped[at] === 1 ? said : 1 - said;
    sum -= Math.log(Math.max(given, CHANCE_MIN));
  }
  return sum / chance.length;
}

/** Below this a chance counts as this much, so that the mean stays finite. */
const CHANCE_MIN = 1e-12;

/** Expected calibration error with groups of equal size. Naeini et al. 2015 (AAAI), section 3. */
function calibrationError(chance: Float64Array, skipped: Uint8Array): number {
  const order = [...chance.keys()].sort((one, other) => chance[one]! - chance[other]!);
  let sum = 0;
  for (let group = 0; group < GROUPS; group++) {
    const from = Math.round((group * order.length) / GROUPS);
    const to = Math.round(((group + 1) * order.length) / GROUPS);
    let difference = 0;
    for (const at of order.slice(from, to)) difference += chance[at]! - skipped[at]!;
    sum += Math.abs(difference);
  }
  return sum / order.length;
}

const GROUPS = 10;

function mean(values: Float64Array | Uint8Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
