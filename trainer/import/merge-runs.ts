import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { decodeEventRow } from "../../core/log-folder/event-row.ts";
import { type LineBlock, readLineBlocks } from "../../core/log-folder/line-file.ts";

const EVENTS_PER_BLOCK = 4096;

/** Merges files of event rows, each in order of time, into one order. Of events of one time those
 *  of the earlier file come first. */
export async function* mergeRuns(
  paths: readonly string[],
): AsyncGenerator<readonly ListeningEvent[]> {
  const heap: Run[] = [];
  for (const [place, path] of paths.entries()) {
    const run = { place, events: [], next: 0, blocks: readLineBlocks(path) };
    if (await refill(run)) push(heap, run);
  }
  let block: ListeningEvent[] = [];
  while (heap.length > 0) {
    const first = heap[0]!;
    block.push(first.events[first.next]!);
    first.next += 1;
    if (first.next === first.events.length && !(await refill(first))) replaceFirst(heap);
    else sinkFirst(heap);
    if (block.length < EVENTS_PER_BLOCK) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

interface Run {
  /** The run's place among the files. */
  readonly place: number;
  events: readonly ListeningEvent[];
  next: number;
  readonly blocks: AsyncGenerator<LineBlock>;
}

/** Reads the run's next block; false where there is none. */
async function refill(run: Run): Promise<boolean> {
  const { value, done } = await run.blocks.next();
  if (done) return false;
  run.events = value.lines.map(decodeEventRow);
  run.next = 0;
  return true;
}

// A binary heap: a run stands before both runs at twice its place and the one after.

function isBefore(one: Run, other: Run): boolean {
  const apart = one.events[one.next]!.happenedAtMs - other.events[other.next]!.happenedAtMs;
  return apart === 0 ? one.place < other.place : apart < 0;
}

function push(heap: Run[], run: Run): void {
  let place = heap.push(run) - 1;
  while (place > 0) {
    const above = (place - 1) >> 1;
    if (!isBefore(run, heap[above]!)) break;
    heap[place] = heap[above]!;
    heap[above] = run;
    place = above;
  }
}

function replaceFirst(heap: Run[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  heap[0] = last;
  sinkFirst(heap);
}

function sinkFirst(heap: Run[]): void {
  const run = heap[0]!;
  let place = 0;
  while (true) {
    const left = 2 * place + 1;
    const right = left + 1;
    let below = left;
    if (right < heap.length && isBefore(heap[right]!, heap[left]!)) below = right;
    if (below >= heap.length || !isBefore(heap[below]!, run)) return;
    heap[place] = heap[below]!;
    heap[below] = run;
    place = below;
  }
}
