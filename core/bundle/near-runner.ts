import { runCourse } from "./course.ts";
import { type BundleGraphs, createStepRunner } from "./graph-runner.ts";
import { mergeCourses, splitEnds } from "./merge-courses.ts";
import type { Course, StepRunner } from "./step-runner.ts";
import { startWorkerRunner } from "./worker-runner.ts";

/** A course of so few steps takes less than it may take to wake another thread on a busy machine,
 *  and to be woken by it. With longer ones it pays that this one hears the next batch meanwhile. */
const NEAR_STEPS_MAX = 32;

/** As `startWorkerRunner`, but that the courses which are asked for in one turn of the event loop
 *  run together in this thread, as long as they are short: what has just been heard waits for
 *  nobody, and a backlog blocks nothing else. The bits are the same. */
export async function startNearRunner(bundle: BundleGraphs): Promise<StepRunner> {
  const far = await startWorkerRunner(bundle);
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

  function runWaiting(): void {
    const asked = waiting;
    waiting = [];
    void runTogether(near, asked);
  }

  return (courses) =>
    new Promise((resolve, reject) => {
      if (courses.some(({ owners }) => owners.length > NEAR_STEPS_MAX)) {
        resolve(far.run!(courses));
        return;
      }
      waiting.push({ courses, resolve, reject });
      if (waiting.length === 1) setImmediate(runWaiting);
    });
}

async function runTogether(near: StepRunner, asked: readonly AskedRun[]): Promise<void> {
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
