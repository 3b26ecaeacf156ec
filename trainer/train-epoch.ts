import { writeFeatures } from "../core/bundle/features.ts";
import type { FeatureName } from "../core/bundle/manifest.ts";
import { Failure } from "../core/domain/failure.ts";
import type { ModelConfig } from "./config.ts";
import { loadFeatures } from "./event-columns.ts";
import { laneBatches } from "./lanes.ts";
import type { NegativeSampler } from "./negative-sampler.ts";
import type { Random } from "./random.ts";
import type { Sequences } from "./sequences.ts";
import type { SizedConfig } from "./size-by-log.ts";
import { fillSkips } from "./skip-rows.ts";
import type { StepBatch, TrainingStep } from "./training-step.ts";
import type { Targets, Walks } from "./walks.ts";

/** Throws where the work that calls it should stop. */
export type StopCheck = () => void;

/** How far a pass over a log is. */
export interface PassPosition {
  readonly batches: number;
  /** Events that were learned from. */
  readonly events: number;
  /** Over the right answers so far, by their weights. */
  readonly lossSum: number;
  readonly weightSum: number;
}

export const PASS_START: PassPosition = { batches: 0, events: 0, lossSum: 0, weightSum: 0 };

/** One pass over a log. */
export interface Epoch {
  readonly sequences: Sequences;
  readonly features: readonly FeatureName[];
  readonly walks: Walks;
  readonly targets: Targets;
  readonly config: SizedConfig<ModelConfig>;
  /** [tracks]: how often each track occurs, for the correction of scores. */
  readonly support: Int32Array;
  readonly sampleNegatives: NegativeSampler;
  readonly random: Random;
  readonly rate: number;
  /** Where the pass goes on; the step's hidden states are those of this place. */
  readonly from: PassPosition;
  /** Events that this pass has learned from and the mean loss of a right answer so far; undefined
   *  before there was one. */
  readonly progress: (events: number, loss: number | undefined) => void;
  /** Called after each batch: nothing of it is left to be done then. */
  readonly learned: (position: PassPosition) => void;
  /** Called before each batch. */
  readonly stopCheck: StopCheck;
}

/** A candidate with this correction has no share in any row's probability. */
const NEVER = -1e9;
const BATCHES_BETWEEN_REPORTS = 50;
/** Guessing among a billion tracks costs 21, and the correction of scores at most 7 more. */
const LOSS_MAX = 30;

/** Learns from every walk once, from `from` on, and returns the mean loss. Throws
 *  `training_diverged` where the loss is no number any more or far above that of guessing.
 *
 *  For the softmax, scores are corrected by the raw count of each candidate: − ln count for the
 *  right answers, which come as often as they are played, and − exponent · ln count for the sampled
 *  negatives. Source: the official GRU4Rec code (`logq`, `sample_alpha`), after Bengio and Senécal
 *  2008. */
export async function trainEpoch(step: TrainingStep, epoch: Epoch): Promise<number> {
  const { lanes, steps } = epoch.config;
  const corrects = epoch.config.loss === "softmax";
  const logSupport = Float32Array.from(epoch.support, (count) => {
    return corrects ? Math.log(Math.max(1, count)) : 0;
  });
  let position = epoch.from;
  const report = () => {
    const loss = position.weightSum === 0 ? 0 : position.lossSum / position.weightSum;
    if (!(loss < LOSS_MAX)) throw diverged(epoch, loss);
    epoch.progress(position.events, position.weightSum === 0 ? undefined : loss);
    return loss;
  };
  report();
  let batches = 0;
  for (const batch of laneBatches(epoch.walks, { lanes, steps })) {
    if (++batches <= epoch.from.batches) continue;
    epoch.stopCheck();
    const weight = fillBatch(step.batch, batch, epoch, logSupport);
    const loss = await step.run(epoch.rate);
    position = {
      batches,
      events: position.events + batch.events,
      lossSum: position.lossSum + loss * lanes * steps,
      weightSum: position.weightSum + weight,
    };
    if (batches % BATCHES_BETWEEN_REPORTS === 0) report();
    epoch.learned(position);
  }
  return report();
}

/** Returns the sum of the right answers' weights. */
function fillBatch(
  target: StepBatch,
  lanes: { readonly event: Int32Array; readonly keep: Float32Array },
  epoch: Epoch,
  logSupport: Float32Array,
): number {
  const { config, sequences, targets } = epoch;
  const rows = lanes.event.length;
  target.keep.set(lanes.keep);
  target.features.fill(0);
  let weightSum = 0;
  for (let row = 0, at = 0; row < rows; row++) {
    const event = lanes.event[row]!;
    target.heard[row] = event < 0 ? -1 : sequences.track[event]!;
    const answer = event < 0 ? -1 : targets.answerAfter(event);
    const track = answer < 0 ? -1 : sequences.track[answer]!;
    const weight = track < 0 ? 0 : targets.weightOf(answer);
    target.candidates[row] = track;
    target.correction[row] = track < 0 ? NEVER : -logSupport[track]!;
    target.weights[row] = weight / rows;
    weightSum += weight;
    if (epoch.features.length === 0) continue;
    if (event < 0) at += target.features.length / rows;
    else {
      const heard = loadFeatures(sequences.features, event);
      at = writeFeatures(epoch.features, heard, target.features, at);
    }
  }
  const negatives = target.candidates.subarray(rows);
  epoch.sampleNegatives(negatives);
  for (let index = 0; index < negatives.length; index++) {
    const track = negatives[index]!;
    target.correction[rows + index] = -config.negativeExponent * logSupport[track]!;
  }
  if (target.skips.next.length > 0) fillSkips(target.skips, lanes.event, { ...epoch, logSupport });
  fillMask(target.trackMask, config.inputDropout, epoch.random);
  fillMask(target.tasteMask, config.tasteDropout, epoch.random);
  return weightSum;
}

/** Drops each number with probability `share` and scales the others up, so that the mean stays.
 *  Source: Srivastava et al. 2014. */
function fillMask(mask: Float32Array, share: number, random: Random): void {
  const scale = 1 / (1 - share);
  for (let index = 0; index < mask.length; index++) {
    mask[index] = random() < share ? 0 : scale;
  }
}

function diverged(epoch: Epoch, loss: number): Failure {
  return new Failure(
    "training_diverged",
    `the mean loss is ${loss} at learning rate ${epoch.rate}; try a lower one, such as ` +
      `${epoch.rate / 4}`,
    { field: "learningRate" },
  );
}
