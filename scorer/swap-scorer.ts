import type { Bundle } from "../core/bundle/bundle.ts";
import type { InUse } from "../core/bundle/in-use.ts";
import type { StepRunner } from "../core/bundle/step-runner.ts";
import { settlesWithin } from "../core/log/settles-within.ts";
import { SERVER_LIMITS } from "./limits.ts";
import { prepareScorer, type Scorer, type ScorerParts } from "./scorer.ts";
import { warmUp } from "./warm-up.ts";

export interface SwapParts extends Omit<ScorerParts, "bundle" | "runner"> {
  readonly startRunner: (bundle: Bundle) => Promise<StepRunner>;
  /** The calls that may be using the scorer. */
  readonly calls: Pick<InUse, "ended">;
}

/** The scorer of now, and the way to another bundle. */
export interface SwapScorer {
  /** Asked once by a call, which keeps it to its end. */
  current(): Scorer;
  /** Lays a bundle out beside the served one, warms it up and serves it from the next call on;
   *  resolves when the one before is closed, its last call having ended. Where it throws, what was
   *  served is served on. */
  take(bundle: Bundle): Promise<void>;
  close(): Promise<void>;
}

export async function openSwapScorer(bundle: Bundle, parts: SwapParts): Promise<SwapScorer> {
  let scorer = await open(bundle, parts);
  return {
    current: () => scorer,
    async take(next) {
      const before = scorer;
      scorer = await open(next, parts);
      // A call that outlives this answers from a lower rung, once its models are closed.
      await settlesWithin(parts.calls.ended(), SERVER_LIMITS.drainMs);
      await before.runner.close();
    },
    close: () => scorer.runner.close(),
  };
}

async function open(
  bundle: Bundle,
  { startRunner, calls: _, ...parts }: SwapParts,
): Promise<Scorer> {
  const runner = await startRunner(bundle);
  try {
    const scorer = await prepareScorer({ ...parts, bundle, runner });
    await warmUp(scorer);
    return scorer;
  } catch (error) {
    await runner.close();
    throw error;
  }
}
