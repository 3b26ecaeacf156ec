// AssemblyScript, compiled with `scan.as.ts`: scores by the definition in `retriever.ts`, and the
// best of them.

import { dotRows } from "./dot-rows.as";

/** One model's part of a score, as `score-tracks.ts` writes it: 6 words of 4 bytes, in this
 *  order. */
@unmanaged
class ScoredModel {
  /** float32 [width], the taste times the weight; 0 where the model counts nothing. */
  query: usize;
  /** float32 [·, width] by track. */
  vectors: usize;
  width: i32;
  /** Out: float32 by place of a candidate. */
  dots: usize;
  /** float32 by track. */
  bias: usize;
  weight: f32;
}

/** What tracks are scored by: 9 words of 4 bytes, in this order. */
@unmanaged
export class ScoreTask {
  short: ScoredModel;
  long: ScoredModel;
  /** float32 by track each. */
  popularity: usize;
  popularityWeight: f32;
  neighbours: usize;
  coplay: usize;
  /** int32 tracks; out: float32 scores by place, and int32 the places of the best. */
  candidates: usize;
  scores: usize;
  best: usize;
}

/** Scores the first `count` candidates. */
export function scoreTracks(task: ScoreTask, count: i32): void {
  multiply(task.short, task.candidates, count);
  multiply(task.long, task.candidates, count);
  const popularityWeight = task.popularityWeight;
  for (let i = 0; i < count; i++) {
    const at = <usize>i << 2;
    const track = <usize>load<u32>(task.candidates + at) << 2;
    const models = partOf(task.short, at, track) + partOf(task.long, at, track);
    const dense = models + popularityWeight * load<f32>(task.popularity + track);
    const sparse = load<f32>(task.neighbours + track) + load<f32>(task.coplay + track);
    store<f32>(task.scores + at, dense + sparse);
  }
}

function multiply(model: ScoredModel, candidates: usize, count: i32): void {
  if (model.query == 0) return;
  dotRows(model.query, model.vectors, model.width, candidates, count, model.dots);
}

// @ts-ignore: decorator
@inline
function partOf(model: ScoredModel, at: usize, track: usize): f32 {
  if (model.query == 0) return 0;
  return load<f32>(model.dots + at) + model.weight * load<f32>(model.bias + track);
}

/** Moves, of the candidates from one place to another, those that score at least so much behind
 *  others; their scores stay. Returns how many there are then. */
export function keepScored(task: ScoreTask, least: f32, from: i32, to: i32, behind: i32): i32 {
  let kept = behind;
  for (let i = from; i < to; i++) {
    const at = <usize>i << 2;
    if (load<f32>(task.scores + at) < least) continue;
    store<u32>(task.candidates + (<usize>kept << 2), load<u32>(task.candidates + at));
    kept++;
  }
  return kept;
}

/** Writes the places of the `k` best of the first `count` candidates, the best first, and returns
 *  how many. A heap has the last of those that are kept at its root. */
export function selectBest(task: ScoreTask, count: i32, k: i32): i32 {
  const size = min<i32>(k, count);
  for (let i = 0; i < size; i++) store<i32>(task.best + (<usize>i << 2), i);
  for (let at = (size >> 1) - 1; at >= 0; at--) sinkPlace(task, size, at);
  let bar = size > 0 ? scoreAt(task, load<i32>(task.best)) : 0;
  for (let i = size; i < count; i++) {
    if (scoreAt(task, i) < bar || comesBefore(task, load<i32>(task.best), i)) continue;
    store<i32>(task.best, i);
    sinkPlace(task, size, 0);
    bar = scoreAt(task, load<i32>(task.best));
  }
  for (let left = size - 1; left > 0; left--) {
    const end = task.best + (<usize>left << 2);
    const last = load<i32>(task.best);
    store<i32>(task.best, load<i32>(end));
    store<i32>(end, last);
    sinkPlace(task, left, 0);
  }
  return size;
}

function sinkPlace(task: ScoreTask, size: i32, from: i32): void {
  const best = task.best;
  const place = load<i32>(best + (<usize>from << 2));
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    let below = load<i32>(best + (<usize>child << 2));
    if (child + 1 < size) {
      const right = load<i32>(best + (<usize>child << 2), 4);
      if (comesBefore(task, below, right)) {
        child++;
        below = right;
      }
    }
    if (comesBefore(task, below, place)) break;
    store<i32>(best + (<usize>at << 2), below);
    at = child;
  }
  store<i32>(best + (<usize>at << 2), place);
}

/** Whether one candidate stands before another in a list; no two have the same track. */
// @ts-ignore: decorator
@inline
function comesBefore(task: ScoreTask, one: i32, other: i32): bool {
  const first = scoreAt(task, one), second = scoreAt(task, other);
  if (first != second) return first > second;
  const candidates = task.candidates;
  return load<u32>(candidates + (<usize>one << 2)) < load<u32>(candidates + (<usize>other << 2));
}

// @ts-ignore: decorator
@inline
function scoreAt(task: ScoreTask, place: i32): f32 {
  return load<f32>(task.scores + (<usize>place << 2));
}
