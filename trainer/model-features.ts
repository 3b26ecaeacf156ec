import { FEATURE_WIDTHS, type FeatureName } from "../core/bundle/manifest.ts";
import type { ModelName } from "../core/domain/ids.ts";
import { varyingParts } from "./event-columns.ts";
import type { Sequences } from "./sequences.ts";

/** The features from which `model` can learn something in this log. Left out is what never
 *  changes, the gaps of a clock that only numbers rows, and session starts where the hidden state
 *  is forgotten there anyway or no listener has two sessions. */
export function usefulFeatures(sequences: Sequences, model: ModelName): readonly FeatureName[] {
  const varies = varyingParts(sequences.features);
  const oneSessionEach = sequences.sessionOrder.length + 1 === sequences.listenerStarts.length;
  const useful: Record<FeatureName, boolean> = {
    kind: varies.kind,
    fraction_played: varies.fractionPlayed,
    gap: sequences.realClock && varies.gapMs,
    session_start: model === "long" && !oneSessionEach,
    context: varies.context,
    shuffle: varies.shuffle,
  };
  return (Object.keys(FEATURE_WIDTHS) as FeatureName[]).filter((name) => useful[name]);
}
