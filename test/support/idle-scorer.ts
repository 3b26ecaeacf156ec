import type { Failure } from "../../core/domain/failure.ts";
import type { Models } from "../../core/state/advance.ts";
import { createMemoryStore } from "../../core/state/memory-store.ts";
import { createScorer, type Scorer } from "../../scorer/scorer.ts";

/** A scorer of listeners of whom nothing was heard, on the machine's clock. */
export function idleScorer(models: Models, notice: (failure: Failure) => void): Scorer {
  return createScorer({
    ...models,
    state: createMemoryStore(),
    partitions: 1,
    now: Date.now,
    randomBytes: (length) => new Uint8Array(length),
    notice,
  });
}
