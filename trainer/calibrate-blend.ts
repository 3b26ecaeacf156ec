import { type BlendWeights, NO_WEIGHTS, type SourceName } from "../core/bundle/manifest.ts";
import { type Candidates, gatherCandidates, type MeasuredSources } from "./gather-candidates.ts";
import { type Accuracy, accuracyOf, worth } from "./score-catalogue.ts";

export interface Calibration {
  readonly blend: BlendWeights;
  readonly accuracy: Accuracy;
  /** [predictions]: the rank of each answer. */
  readonly ranks: Int32Array;
}

/** Weights tried for each source, the lowest first, in the order in which sources are taken up. */
const WEIGHTS_TRIED: readonly (readonly [SourceName, readonly number[]])[] = [
  ["long", [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2]],
  ["neighbours", [0, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3]],
  ["coplay", [0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8]],
  ["popularity", [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8]],
];
/** Rounds over all sources; what one is worth depends on the others. */
const ROUNDS_MAX = 4;

/** Chooses how much each source counts by its worth over the held-back predictions: one source
 *  after the other, beside a short model of 1 (a long one where there is no short), until a round
 *  changes nothing. Where two weights do equally well, the lower one is taken. */
export async function calibrateBlend(sources: MeasuredSources): Promise<Calibration> {
  const candidates = await gatherCandidates(sources);
  const { models } = sources;
  const fixed: SourceName = models.short ? "short" : "long";
  const tried = WEIGHTS_TRIED.filter(([name]) => name !== fixed && candidates.speaks[name]);
  let best = measured(candidates, { ...NO_WEIGHTS, [fixed]: 1 });
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = best;
    for (const [name, weights] of tried) {
      best = bestOf(
        weights.map((weight) => {
          sources.stopCheck();
          return measured(candidates, { ...best.blend, [name]: weight });
        }),
      );
    }
    if (worth(best.accuracy) <= worth(before.accuracy)) break;
  }
  return best;
}

/** The first of the best. */
function bestOf(calibrations: readonly Calibration[]): Calibration {
  return calibrations.reduce((best, other) => {
    return worth(other.accuracy) > worth(best.accuracy) ? other : best;
  });
}

function measured(candidates: Candidates, blend: BlendWeights): Calibration {
  const ranks = candidates.ranks(blend);
  return { blend, accuracy: accuracyOf(ranks), ranks };
}
