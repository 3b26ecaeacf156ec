import type { LongModelConfig, ModelConfig } from "./config.ts";
import { type Random, shuffle } from "./random.ts";
import type { Sequences } from "./sequences.ts";
import {
  aheadTargets,
  listenerWalks,
  nextEventTargets,
  reorder,
  sessionWalks,
  type Targets,
  type Walks,
} from "./walks.ts";

/** What one pass over sessions learns, in its order. */
export interface PlannedPass {
  readonly walks: Walks;
  readonly targets: Targets;
}

/** The short model goes through sessions in order of time, so that it ends with the newest; the
 *  long one through its listeners in a new random order each time. */
export function planPass(
  sequences: Sequences,
  sessions: Int32Array,
  config: ModelConfig | LongModelConfig,
  random: Random,
): PlannedPass {
  const { skippedTargetWeight } = config;
  if (!("horizonMin" in config)) {
    const walks = sessionWalks(sequences, sessions);
    return { walks, targets: nextEventTargets(sequences, skippedTargetWeight) };
  }
  const inOrder = listenerWalks(sequences, sessions, config.pieceEventsMax);
  const permutation = Int32Array.from(inOrder.starts.keys());
  shuffle(permutation, random);
  const walks = reorder(inOrder, permutation);
  const horizon = { min: config.horizonMin, max: config.horizonMax };
  return {
    walks,
    targets: aheadTargets(sequences, walks, { skippedTargetWeight, horizon, random }),
  };
}
