import type { Bundle } from "../core/bundle/bundle.ts";
import { runCourses } from "../core/bundle/course.ts";
import type { Fork } from "../core/bundle/step-runner.ts";
import type { ModelName } from "../core/domain/ids.ts";
import type { Models } from "../core/state/advance.ts";
import type { RecentEvent } from "../core/state/listener-record.ts";
import { courseOf, type Plan, plannedStep, sinceLastStart } from "../core/state/plan-course.ts";

/** [H] of each model. */
export type States = Readonly<Partial<Record<ModelName, Float32Array>>>;

/** Steps that are replayed in more than one way. */
export interface Replays {
  /** Before the first step of each; zeros where a model has none. */
  readonly hidden: States;
  readonly trunk: readonly RecentEvent[];
  /** Each is the trunk's very events up to where it leaves them. */
  readonly branches: readonly (readonly RecentEvent[])[];
}

/** The states that the trunk and then each of the branches leads to, in one call. A branch begins
 *  from the state that the trunk has where the two part, so that nothing is stepped twice, and all
 *  that still run are stepped as one wave. */
export async function replayBranches(
  { bundle, runner }: Models,
  { hidden, trunk, branches }: Replays,
): Promise<readonly States[]> {
  const models = Object.values(bundle.models);
  const owners = 1 + branches.length;
  const whole = planOf([trunk, ...branches], bundle);
  const kept = planOf([trunk, ...branches].map(sinceLastStart), bundle);
  const courses = models.map((model) => {
    const states = new Float32Array(owners * model.hidden); // [owners, H]
    states.set(hidden[model.name] ?? []);
    return courseOf(model, model.name === "short" ? kept : whole, states);
  });
  const ends = await runCourses(runner, courses);
  return Array.from({ length: owners }, (_, owner) => {
    const states = models.map(({ name, hidden: width }, at) => {
      return [name, ends[at]!.subarray(owner * width, (owner + 1) * width)] as const;
    });
    return Object.fromEntries(states);
  });
}

/** The trunk, which is owner 0, has one step in each wave; a branch has its next one from the wave
 *  on at which it leaves the trunk. */
function planOf(
  [trunk, ...branches]: readonly (readonly RecentEvent[])[],
  bundle: Pick<Bundle, "indexOfHash">,
): Plan {
  const forks = branches.map((branch, at): Fork => {
    return { waves: sharedLength(trunk!, branch), from: 0, to: 1 + at };
  });
  const lengths = [trunk!, ...branches].map(({ length }) => length);
  const rows = Array.from({ length: Math.max(...lengths) }, (_, wave) => {
    const own = wave < trunk!.length ? [{ owner: 0, event: trunk![wave]! }] : [];
    const others = branches.flatMap((branch, at) => {
      const isOwn = wave >= forks[at]!.waves && wave < branch.length;
      return isOwn ? [{ owner: 1 + at, event: branch[wave]! }] : [];
    });
    return [...own, ...others];
  });
  return {
    waveRows: rows.map(({ length }) => length),
    owners: Uint32Array.from(rows.flat(), ({ owner }) => owner),
    steps: rows.flat().map(({ event }) => plannedStep(event, bundle)),
    forks,
  };
}

function sharedLength(one: readonly RecentEvent[], other: readonly RecentEvent[]): number {
  const length = one.findIndex((event, at) => event !== other[at]);
  return length < 0 ? one.length : length;
}
