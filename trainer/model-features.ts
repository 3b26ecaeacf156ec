import { FEATURE_WIDTHS, type FeatureName } from "../core/bundle/manifest.ts";
import type { ModelName } from "../core/domain/ids.ts";
import type { Sequences } from "./sequences.ts";

/** The features from which `model` can learn something in this log. Left out is what never
 *  changes, the gaps of a clock that only numbers rows, and session starts where the hidden state
 *  is forgotten there anyway or no listener has two sessions. */
export function usefulFeatures(sequences: Sequences, model: ModelName): readonly FeatureName[] {
  const { features } = sequences;
  const oneSessionEach = sequences.sessionStarts.length === sequences.listenerStarts.length;
  const useful: Record<FeatureName, boolean> = {
    kind: varies(features.kind),
    fraction_played: varies(features.fractionPlayed),
    gap: sequences.realClock && varies(features.gapMs),
    session_start: model === "long" && !oneSessionEach,
    context: varies(features.context),
    shuffle: varies(features.shuffle),
  };
  return (Object.keys(FEATURE_WIDTHS) as FeatureName[]).filter((name) => useful[name]);
}

function varies(column: Uint8Array | Float32Array | Float64Array): boolean {
  const first = column[0];
  return column.some((value) => value !== first);
}
