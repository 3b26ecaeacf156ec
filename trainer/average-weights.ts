import { copyWeights, type ModelWeights, weightArrays } from "./model-parameters.ts";

/** The running mean of the weights at the ends of epochs, mean ← mean + share · (latest − mean), in
 *  the memory of `mean`. One epoch's weights have its last batches' luck in them; the mean has
 *  less. Returns `latest` itself where the share is 1. Source: Polyak and Juditsky 1992; at ends
 *  of epochs, as here, Izmailov et al. 2018, arXiv 1803.05407. */
export function averageWeights(
  mean: ModelWeights | undefined,
  latest: ModelWeights,
  share: number,
): ModelWeights {
  if (share === 1) return latest;
  if (mean === undefined) return copyWeights(latest);
  const arrays = weightArrays(latest);
  for (const [name, values] of weightArrays(mean)) {
    const newest = arrays.get(name)!;
    for (let index = 0; index < values.length; index++) {
      values[index]! += share * (newest[index]! - values[index]!);
    }
  }
  return mean;
}
