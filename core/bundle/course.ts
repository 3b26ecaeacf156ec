import { assert } from "../domain/failure.ts";
import { roundHidden } from "./hidden-bits.ts";
import type { Course, StepRunner } from "./step-runner.ts";

/** Runs a course → [owners, H], the memory of `course.hidden`. What a step gives is rounded to
 *  `hiddenBits` before anything sees it, so that a state is the same whether it was stored between
 *  two steps or not. This is the one place of that rounding for all that is served. */
export async function runCourse(
  { step }: Pick<StepRunner, "step">,
  course: Course,
): Promise<Float32Array> {
  const { model, width, hiddenBits, hidden: states, owners, forgets, forks = [] } = course;
  const forkAfter = (waves: number) => {
    for (const fork of forks) {
      if (fork.waves !== waves) continue;
      states.copyWithin(fork.to * width, fork.from * width, (fork.from + 1) * width);
    }
  };
  const dimension = course.track.length / owners.length;
  const featureWidth = course.features.length / owners.length;
  let from = 0;
  for (const [wave, rows] of course.waveRows.entries()) {
    forkAfter(wave);
    const to = from + rows;
    const neighbours = neighboursIn(owners.subarray(from, to));
    const hidden = new Float32Array(rows * width); // [rows, H]
    for (const { row, end, owner } of neighbours) {
      const start = owner * width;
      hidden.set(states.subarray(start, start + (end - row) * width), row * width);
    }
    for (let row = 0; row < rows; row++) {
      if (forgets[from + row]) hidden.fill(0, row * width, (row + 1) * width);
    }
    const track = course.track.subarray(from * dimension, to * dimension);
    const features = course.features.subarray(from * featureWidth, to * featureWidth);
    const next = await step({ model, rows, track, features, hidden });
    assert(next.length === rows * width, "a step returns one hidden state per row");
    roundHidden(next, hiddenBits);
    for (const { row, end, owner } of neighbours) {
      states.set(next.subarray(row * width, end * width), owner * width);
    }
    from = to;
  }
  forkAfter(course.waveRows.length);
  return states;
}

/** Rows from `row` to before `end`, whose owners follow one another from `owner` on. */
interface Neighbours {
  readonly row: number;
  readonly end: number;
  readonly owner: number;
}

/** A wave's rows, those of owners who stand side by side together, as all of a first wave do: their
 *  states are copied at once, which costs hardly more than one of them. */
function neighboursIn(owners: Uint32Array): Neighbours[] {
  const found: Neighbours[] = [];
  for (let row = 0, end = 0; row < owners.length; row = end) {
    const owner = owners[row]!;
    for (end = row + 1; end < owners.length && owners[end] === owner + end - row; ) end++;
    found.push({ row, end, owner });
  }
  return found;
}

/** Runs one course of each model, all at once where the runner can. */
export function runCourses(
  runner: StepRunner,
  courses: readonly Course[],
): Promise<readonly Float32Array[]> {
  return runner.run?.(courses) ?? Promise.all(courses.map((course) => runCourse(runner, course)));
}
