import type { Bundle } from "../core/bundle/bundle.ts";
import type { InUse } from "../core/bundle/in-use.ts";
import type { StepRunner } from "../core/bundle/step-runner.ts";
import { settlesWithin } from "../core/log/settles-within.ts";
import { createAskedLately } from "./asked-lately.ts";
import { SERVER_LIMITS } from "./limits.ts";
import { type LaidOutBundle, laidOut } from "./open-laid-out.ts";
import { prepareStates } from "./prepare-states.ts";
import { createScorer, type Scorer, type ScorerParts } from "./scorer.ts";
import { warmUp } from "./warm-up.ts";

export interface SwapParts extends Omit<ScorerParts, "bundle" | "runner"> {
  readonly startRunner: (bundle: Bundle) => Promise<StepRunner>;
  /** Starts one for work that nobody waits for; the scorer's own does it where it is absent. */
  readonly startLastRunner?: (bundle: Bundle) => Promise<StepRunner>;
  /** The calls that may be using the scorer. */
  readonly calls: Pick<InUse, "ended">;
}

/** The scorer of now, and the way to another bundle. */
export interface SwapScorer {
  /** Asked once by a call, which keeps it to its end. */
  current(): Scorer;
  /** Warms a bundle up beside the served one and serves it from the next call on; resolves when the
   *  one before is closed, its last call having ended. Where it throws, what was served is served
   *  on. */
  take(bundle: LaidOutBundle): Promise<void>;
  close(): Promise<void>;
}

export async function openSwapScorer(bundle: Bundle, parts: SwapParts): Promise<SwapScorer> {
  const opening = { ...parts, asked: createAskedLately() };
  let scorer = await open(laidOut(bundle), opening, warmUp);
  return {
    current: () => scorer,
    async take(next) {
      const before = scorer;
      const beside = { ...opening, isBeside: true };
      scorer = await open(next, beside, (scorer) => makeReady(scorer, opening));
      // A call that outlives this answers from a lower rung, once its models are closed.
      await settlesWithin(parts.calls.ended(), SERVER_LIMITS.drainMs);
      await before.runner.close();
    },
    close: () => scorer.runner.close(),
  };
}

/** Does before the exchange what calls would wait for after it. */
async function makeReady(scorer: Scorer, { startLastRunner }: SwapParts): Promise<void> {
  await scorer.live.upToDate();
  const isAsked = scorer.asked.all().size > 0;
  const last = isAsked ? await startLastRunner?.(scorer.bundle) : undefined;
  try {
    await prepareStates(scorer, last ?? scorer.runner);
  } finally {
    await last?.close();
  }
  // Last, so that what lists need is at hand when the first caller comes.
  await warmUp(scorer);
}

async function open(
  { bundle, layout }: LaidOutBundle,
  { startRunner, startLastRunner: _, calls: __, ...parts }: SwapParts,
  makeReady: (scorer: Scorer) => Promise<void>,
): Promise<Scorer> {
  const runner = await startRunner(bundle);
  try {
    const scorer = createScorer({ ...parts, bundle, runner }, layout);
    await makeReady(scorer);
    return scorer;
  } catch (error) {
    await runner.close();
    throw error;
  }
}
