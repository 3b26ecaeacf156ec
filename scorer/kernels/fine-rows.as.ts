// AssemblyScript, compiled into `scan.as.ts`.

import { dotFour } from "./dots.as";
import { replaceLeast } from "./heaps.as";
import { keepScored, ScoreTask } from "./scores.as";
import { touchLines } from "./touch.as";

/** Rows of int8 for one search, as `fine-rows.ts` writes it: 13 words of 4 bytes, in this order. */
@unmanaged
export class FineTask {
  /** By track, `stride` bytes: int8 [shortWidth], int8 [longWidth], and float32 [8]: for the short
   *  model what one step stands for, the length of what rounding took away, and the bias; the same
   *  for the long one; popularity; nothing. */
  rows: usize;
  stride: usize;
  /** int16 [shortWidth + longWidth]; widths are multiples of 16, and 0 for a model that is none. */
  query: usize;
  shortWidth: usize;
  longWidth: usize;
  /** What one step of the query stands for, and how far a row's rounding can move a score. */
  shortStep: f32;
  longStep: f32;
  shortRounding: f32;
  longRounding: f32;
  /** What every row's bound has in addition. */
  slack: f32;
  shortWeight: f32;
  longWeight: f32;
  /** Scratch: int32 [8]. */
  dots: usize;
}

/** Leaves of the first `count` candidates those that can be among the k best of them, and returns
 *  how many. Of the first `listed` of them a sparse source may speak. heap: scratch, float32
 *  [k]. */
export function keepFinest(
  task: FineTask, scoring: ScoreTask, heap: usize, k: i32, listed: i32, count: i32,
): i32 {
  for (let i = 0; i < k; i++) store<f32>(heap + (<usize>i << 2), -Infinity);
  touchRows(task, scoring.candidates, count);
  for (let i = 0; i < count; i += 4) {
    multiplyFour(task, scoring.candidates, i, count);
    const end = min<i32>(i + 4, count);
    for (let j = i; j < end; j++) {
      const at = <usize>j << 2;
      const track = load<u32>(scoring.candidates + at);
      let said: f32 = 0;
      if (j < listed) {
        const place = <usize>track << 2;
        said = load<f32>(scoring.neighbours + place) + load<f32>(scoring.coplay + place);
      }
      const own = rowOf(task, track) + task.shortWidth + task.longWidth;
      const dots = task.dots + (<usize>(j - i) << 2);
      const short = <f32>load<i32>(dots) * (task.shortStep * load<f32>(own));
      const long = <f32>load<i32>(dots, 16) * (task.longStep * load<f32>(own, 12));
      const biases = task.shortWeight * load<f32>(own, 8) + task.longWeight * load<f32>(own, 20);
      const dense = short + long + biases + scoring.popularityWeight * load<f32>(own, 24);
      const radius = task.slack + task.shortRounding * load<f32>(own, 4) +
        task.longRounding * load<f32>(own, 16);
      const score = dense + said;
      store<f32>(scoring.scores + at, score + radius);
      if (score - radius > load<f32>(heap)) replaceLeast<f32>(heap, k, score - radius);
    }
  }
  return keepScored(scoring, load<f32>(heap), 0, count, 0);
}

/** The candidates' rows stand anywhere in the memory. */
function touchRows(task: FineTask, candidates: usize, count: i32): void {
  let touched = 0;
  for (let i = 0; i < count; i++) {
    const row = rowOf(task, load<u32>(candidates + (<usize>i << 2)));
    touched += touchLines(row, row + task.stride);
  }
  store<i32>(task.dots, touched);
}

// @ts-ignore: decorator
@inline
function rowOf(task: FineTask, track: u32): usize {
  return task.rows + <usize>track * task.stride;
}

/** Writes the dot products of four candidates, from `first` on: the short model's, then the
 *  long one's. */
// @ts-ignore: decorator
@inline
function multiplyFour(task: FineTask, candidates: usize, first: i32, count: i32): void {
  const one = rowOf(task, load<u32>(candidates + (<usize>first << 2)));
  const two = rowOf(task, load<u32>(candidates + (<usize>min<i32>(first + 1, count - 1) << 2)));
  const three = rowOf(task, load<u32>(candidates + (<usize>min<i32>(first + 2, count - 1) << 2)));
  const four = rowOf(task, load<u32>(candidates + (<usize>min<i32>(first + 3, count - 1) << 2)));
  const width = task.shortWidth;
  v128.store(task.dots, dotFour(one, two, three, four, task.query, width));
  const query = task.query + (width << 1);
  const long = dotFour(
    one + width, two + width, three + width, four + width, query, task.longWidth,
  );
  v128.store(task.dots, long, 16);
}
