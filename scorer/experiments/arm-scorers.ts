import type { Bundle } from "../../core/bundle/bundle.ts";
import { Failure } from "../../core/domain/failure.ts";
import { bundleMark } from "../../core/domain/hash.ts";
import type { Scorer } from "../scorer.ts";
import { openSwapScorer, type SwapParts, type SwapScorer } from "../swap-scorer.ts";
import type { Arm, Experiment } from "./experiment.ts";
import { otherStates } from "./same-states.ts";

/** The scorers of arms that have a bundle of their own, beside the served one. */
export interface ArmScorers {
  /** What makes an arm's lists while `served` serves; undefined where the arm cannot be served
   *  beside it, which is noticed once. */
  of(arm: Arm, served: Scorer): Scorer | undefined;
  close(): Promise<void>;
}

export interface ArmScorerParts extends SwapParts {
  readonly openBundle: (folder: string) => Promise<Bundle>;
}

/** Opens each bundle that an arm names, once, and warms it up. Throws `bad_configuration` naming
 *  the arm where its bundle cannot be opened, or cannot read the states that ingest stores. */
export async function openArmScorers(
  experiments: readonly Experiment[],
  served: Bundle,
  parts: ArmScorerParts,
): Promise<ArmScorers> {
  const open = new Map<string, SwapScorer>();
  const close = async () => {
    for (const scorer of open.values()) await scorer.close();
  };
  try {
    for (const { field, arm } of namedArms(experiments)) {
      if (arm.bundle === undefined) continue;
      const scorer = open.get(arm.bundle) ?? (await openArm(field, arm.bundle, parts));
      open.set(arm.bundle, scorer);
      requireStates(field, arm, { served, own: scorer.current().bundle });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const views = armViews(parts);
  return {
    of: (arm, current) =>
      views(arm, current, arm.bundle ? open.get(arm.bundle)!.current() : current),
    close,
  };
}

function namedArms(experiments: readonly Experiment[]) {
  return experiments.flatMap(({ arms }, experiment) =>
    arms.map((arm, at) => ({ field: `experiments[${experiment}].arms[${at}].bundle`, arm })),
  );
}

async function openArm(
  field: string,
  folder: string,
  { openBundle, ...parts }: ArmScorerParts,
): Promise<SwapScorer> {
  try {
    return await openSwapScorer(await openBundle(folder), parts);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${field} ${folder} cannot be served: ${reason}`;
    throw new Failure("bad_configuration", message, { field, cause });
  }
}

function requireStates(
  field: string,
  { bundle, states }: Arm,
  { served, own }: { readonly served: Bundle; readonly own: Bundle },
): void {
  const why = states === "stored" ? otherStates(served.manifest, own.manifest) : undefined;
  if (why === undefined) return;
  const message = `${field} ${bundle} cannot read the states that ingest stores: ${why}`;
  const advice = 'say "states": "rebuilt" in all arms to step them anew for each list';
  throw new Failure("bad_configuration", `${message}; ${advice}`, { field });
}

/** The served bundle may be exchanged at any time, so that whether states are the arm's own is
 *  asked for each pair of scorers anew. */
function armViews({ notice }: Pick<ArmScorerParts, "notice">) {
  const known = new WeakMap<Scorer, Map<Arm, Scorer | undefined>>();
  return (arm: Arm, served: Scorer, own: Scorer): Scorer | undefined => {
    const ofServed = known.get(served) ?? new Map<Arm, Scorer | undefined>();
    known.set(served, ofServed);
    if (!ofServed.has(arm)) ofServed.set(arm, armView(arm, { served, own, notice }));
    return ofServed.get(arm);
  };
}

function armView(
  { name, states }: Arm,
  { served, own, notice }: { served: Scorer; own: Scorer } & Pick<ArmScorerParts, "notice">,
): Scorer | undefined {
  if (states === "rebuilt") return { ...own, statesOf: new Set() };
  if (own === served) return served;
  const why = otherStates(served.bundle.manifest, own.bundle.manifest);
  if (why === undefined) {
    const marks = [served, own].map(({ bundle }) => bundleMark(bundle.manifest.id));
    return { ...own, statesOf: new Set(marks) };
  }
  const message = `the experiment of arm "${name}" rests: beside the new bundle ${why}`;
  notice(new Failure("bad_configuration", message));
  return undefined;
}
