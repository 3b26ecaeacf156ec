import { assert } from "../domain/failure.ts";
import type { Course, Fork } from "./step-runner.ts";

/** Courses of one model as one, with the owners of the first course first: wave by wave, the rows
 *  of all of them side by side. A row's result does not depend on its neighbours, so each owner
 *  ends in the same bits. */
export function mergeCourses(courses: readonly Course[]): Course {
  const [first] = courses;
  assert(first !== undefined, "there is a course to merge");
  if (courses.length === 1) return first;
  const { model, width, hiddenBits } = first;
  const rows = sum(courses.map(({ owners }) => owners.length));
  const dimension = widthOf(courses, ({ track }) => track);
  const featureWidth = widthOf(courses, ({ features }) => features);
  const merged = {
    model,
    width,
    hiddenBits,
    hidden: joined(courses.map(({ hidden }) => hidden)),
    waveRows: [] as number[],
    owners: new Uint32Array(rows),
    forgets: new Uint8Array(rows),
    track: new Float32Array(rows * dimension),
    features: new Float32Array(rows * featureWidth),
    forks: [] as Fork[],
  };
  const parts = courses.map((course) => ({ course, from: 0, firstOwner: 0 }));
  for (const [index, part] of parts.entries()) {
    assert(part.course.model === model, "merged courses are of one model");
    const first = sum(courses.slice(0, index).map(ownersOf));
    part.firstOwner = first;
    for (const { waves, from, to } of part.course.forks ?? []) {
      merged.forks.push({ waves, from: first + from, to: first + to });
    }
  }
  const waves = Math.max(...courses.map(({ waveRows }) => waveRows.length));
  let row = 0;
  for (let wave = 0; wave < waves; wave++) {
    const before = row;
    for (const part of parts) {
      const { owners, forgets, track, features, waveRows } = part.course;
      const { from } = part;
      const to = from + (waveRows[wave] ?? 0);
      merged.forgets.set(forgets.subarray(from, to), row);
      merged.track.set(track.subarray(from * dimension, to * dimension), row * dimension);
      merged.features.set(
        features.subarray(from * featureWidth, to * featureWidth),
        row * featureWidth,
      );
      for (let at = from; at < to; at++) merged.owners[row++] = owners[at]! + part.firstOwner;
      part.from = to;
    }
    merged.waveRows.push(row - before);
  }
  return merged;
}

/** Gives each course its share of what their merged one ended in, [owners, H] each. */
export function splitEnds(courses: readonly Course[], ends: Float32Array): Float32Array[] {
  let from = 0;
  return courses.map(({ hidden }) => {
    const share = ends.subarray(from, from + hidden.length);
    from += hidden.length;
    return share;
  });
}

function ownersOf({ hidden, width }: Course): number {
  return hidden.length / width;
}

function widthOf(courses: readonly Course[], tensor: (course: Course) => Float32Array): number {
  const rows = sum(courses.map(({ owners }) => owners.length));
  return rows === 0 ? 0 : sum(courses.map((course) => tensor(course).length)) / rows;
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(sum(arrays.map(({ length }) => length)));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
