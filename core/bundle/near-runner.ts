import { runCourse } from "./course.ts";
import { type BundleGraphs, createStepRunner } from "./graph-runner.ts";
import { mergeCourses, splitEnds } from "./merge-courses.ts";
import type { Course, StepRunner } from "./step-runner.ts";
import { startWorkerRunner } from "./worker-runner.ts";

/** So few steps take less than it may take to wake another thread on a busy machine, and to be
 *  woken by it. With more of them it pays that this thread hears the next batch meanwhile, and that
 *  what the graphs leave behind is not this thread's garbage. */
const NEAR_STEPS_MAX = 16;
/** More steps fill waves by themselves: to merge them would only copy them, and let this thread,
 *  which could commit the first of them, wait for the last. */
const MERGED_STEPS_MAX = 128;

/** As `startWorkerRunner`, but that the courses which are asked for in one turn of the event loop
 *  run together, where they are few steps in this thread: what has just been heard waits for
 *  nobody, waves are fuller, and a backlog blocks nothing else. The bits are the same. */
export async function startNearRunner(
  bundle: BundleGraphs,
  startFar = startWorkerRunner,
): Promise<StepRunner> {
  const far = await startFar(bundle);
  try {
    const near = await createStepRunner(bundle);
    const close = async () => void (await Promise.all([near.close(), far.close()]));
    const runNear: Run = (courses) => Promise.all(courses.map((course) => runCourse(near, course)));
    return { ...far, run: gatheredRuns(runNear, far.run!), close };
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

function gatheredRuns(runNear: Run, runFar: Run): Run {
  let waiting: AskedRun[] = [];

  function endTurn(): void {
    const asked = waiting;
    waiting = [];
    const steps = asked.reduce((sum, { courses }) => sum + stepsOf(courses), 0);
    const run = steps <= NEAR_STEPS_MAX ? runNear : runFar;
    if (steps <= MERGED_STEPS_MAX) void runTogether(run, asked);
    else for (const { courses, resolve, reject } of asked) run(courses).then(resolve, reject);
  }

  return (courses) => {
    if (waiting.length === 0) setImmediate(endTurn);
    return new Promise((resolve, reject) => waiting.push({ courses, resolve, reject }));
  };
}

/** Of the model that has most of them. */
function stepsOf(courses: readonly Course[]): number {
  return Math.max(0, ...courses.map(({ owners }) => owners.length));
}

async function runTogether(run: Run, asked: readonly AskedRun[]): Promise<void> {
  try {
    const models = asked[0]!.courses.length;
    const byModel = Array.from({ length: models }, (_, model) =>
      asked.map(({ courses }) => courses[model]!),
    );
    // Asked before: whoever runs a course takes its memory.
    const lengths = byModel.map((courses) => courses.map(({ hidden }) => hidden.length));
    const ends = await run(byModel.map(mergeCourses));
    const shares = lengths.map((ofModel, model) => splitEnds(ofModel, ends[model]!));
    for (const [index, { resolve }] of asked.entries()) {
      resolve(shares.map((ofModel) => ofModel[index]!));
    }
  } catch (failure) {
    for (const { reject } of asked) reject(failure);
  }
}
