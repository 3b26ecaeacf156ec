import { runCourse } from "./course.ts";
import { type BundleGraphs, createStepRunner } from "./graph-runner.ts";
import { mergeCourses, splitEnds } from "./merge-courses.ts";
import type { Course, StepRunner } from "./step-runner.ts";
import { startWorkerRunner } from "./worker-runner.ts";

/** So few steps take less than it may take to wake another thread on a busy machine, and to be
 *  woken by it. With more of them it pays that this thread hears the next batch meanwhile, and that
 *  what the graphs leave behind is not this thread's garbage. */
const NEAR_STEPS_MAX = 16;

/** As `startWorkerRunner`, but that the courses which are asked for in one turn of the event loop
 *  run together in this thread where they are few steps: what has just been heard waits for nobody,
 *  and a backlog blocks nothing else. The bits are the same. */
export async function startNearRunner(
  bundle: BundleGraphs,
  startFar = startWorkerRunner,
): Promise<StepRunner> {
  const far = await startFar(bundle);
  try {
    const near = await createStepRunner(bundle);
    const close = async () => void (await Promise.all([near.close(), far.close()]));
    return { ...far, run: gatheredRuns(near, far), close };
  } catch (error) {
    await far.close();
    throw error;
  }
}

type Run = NonNullable<StepRunner["run"]>;

interface AskedRun {
  /** One of each model. */
  readonly courses: readonly Course[];
  readonly resolve: (ends: readonly Float32Array[]) => void;
  readonly reject: (failure: unknown) => void;
}

function gatheredRuns(near: StepRunner, far: StepRunner): Run {
  let waiting: AskedRun[] = [];
  /** Steps that were asked for in this turn of the event loop, and in the last that had some. */
  let [turnSteps, lastTurnSteps] = [0, 0];

  function endTurn(): void {
    const asked = waiting;
    waiting = [];
    [turnSteps, lastTurnSteps] = [0, turnSteps];
    if (lastTurnSteps <= NEAR_STEPS_MAX) void runTogether(near, asked);
    else for (const { courses, resolve, reject } of asked) far.run!(courses).then(resolve, reject);
  }

  return (courses) => {
    if (turnSteps === 0) setImmediate(endTurn);
    turnSteps += stepsOf(courses);
    // After a turn of many steps the next one is taken to have many, too, and nothing waits for it.
    if (Math.max(turnSteps, lastTurnSteps) > NEAR_STEPS_MAX) return far.run!(courses);
    return new Promise((resolve, reject) => waiting.push({ courses, resolve, reject }));
  };
}

/** Of the model that has most of them. */
function stepsOf(courses: readonly Course[]): number {
  return Math.max(0, ...courses.map(({ owners }) => owners.length));
}

async function runTogether(near: StepRunner, asked: readonly AskedRun[]): Promise<void> {
  if (asked.length === 0) return;
  try {
    const models = asked[0]!.courses.length;
    const byModel = Array.from({ length: models }, (_, model) =>
      asked.map(({ courses }) => courses[model]!),
    );
    const ends = await Promise.all(
      byModel.map(async (courses) =>
        splitEnds(courses, await runCourse(near, mergeCourses(courses))),
      ),
    );
    for (const [index, { resolve }] of asked.entries()) {
      resolve(ends.map((ofModel) => ofModel[index]!));
    }
  } catch (failure) {
    for (const { reject } of asked) reject(failure);
  }
}
