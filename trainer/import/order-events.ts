import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { decodeEventRow, encodeEventRow } from "../../core/log-folder/event-row.ts";
import { mergeRuns } from "./merge-runs.ts";

/** Events that are held and sorted in memory, some 150 bytes each. More are sorted in runs of that
 *  many, which wait in files. */
export const EVENTS_IN_MEMORY_MAX = 2_000_000;
/** Runs that are merged at once; each has a file open and a block of it in memory. More are merged
 *  into longer runs first. */
export const RUNS_AT_ONCE_MAX = 64;
const EVENTS_PER_BLOCK = 4096;

export interface OrderOptions {
  /** Where a folder for the runs is made; nothing is, if all events stay in memory. */
  readonly besideFolder: string;
  readonly eventsInMemoryMax?: number;
  readonly runsAtOnceMax?: number;
}

/** Puts events in order of time; those of one time stay in the order in which they came. Takes any
 *  number of events in bounded memory. */
export interface EventOrder {
  /** Resolves at once unless a run is full. */
  add(event: ListeningEvent): Promise<void>;
  /** Every event, in blocks; to be called once, after the last `add`. */
  inOrder(): AsyncGenerator<readonly ListeningEvent[]>;
  /** Takes the files of the runs away. */
  close(): Promise<void>;
}

export function orderEvents(options: OrderOptions): EventOrder {
  const eventsInMemoryMax = options.eventsInMemoryMax ?? EVENTS_IN_MEMORY_MAX;
  const runsAtOnceMax = options.runsAtOnceMax ?? RUNS_AT_ONCE_MAX;
  let held = heldEvents();
  let runs: string[] = [];
  let runsMade = 0;
  let folder: string | undefined;
  const newRun = async (blocks: RowBlocks) => {
    folder ??= await mkdtemp(`${options.besideFolder}.sorting-`);
    const path = join(folder, `run-${runsMade++}`);
    await writeRun(path, blocks);
    return path;
  };
  const spill = async () => {
    const full = held;
    held = heldEvents();
    runs.push(await newRun(full.sortedRows()));
  };
  return {
    add: (event) => {
      held.add(event);
      return held.count() < eventsInMemoryMax ? DONE : spill();
    },
    inOrder: async function* () {
      if (runs.length === 0) {
        for (const rows of held.sortedRows()) yield rows.map(decodeEventRow);
        return;
      }
      if (held.count() > 0) await spill();
      while (runs.length > runsAtOnceMax) {
        const merged = await newRun(rowsOf(mergeRuns(runs.slice(0, runsAtOnceMax))));
        runs = [merged, ...runs.slice(runsAtOnceMax)];
      }
      yield* mergeRuns(runs);
    },
    close: async () => {
      if (folder !== undefined) await rm(folder, { recursive: true });
    },
  };
}

const DONE = Promise.resolve();

/** Events as the rows of a log folder: a row takes a third of an event's memory. */
function heldEvents() {
  const rows: string[] = [];
  const times: number[] = [];
  let isSorted = true;
  return {
    count: () => rows.length,
    add: (event: ListeningEvent) => {
      isSorted &&= rows.length === 0 || event.happenedAtMs >= times.at(-1)!;
      rows.push(encodeEventRow(event));
      times.push(event.happenedAtMs);
    },
    sortedRows: function* (): Generator<readonly string[]> {
      const order = Uint32Array.from(times.keys());
      if (!isSorted) order.sort((one, other) => times[one]! - times[other]! || one - other);
      for (let start = 0; start < order.length; start += EVENTS_PER_BLOCK) {
        const block: string[] = [];
        for (const index of order.subarray(start, start + EVENTS_PER_BLOCK)) {
          block.push(rows[index]!);
        }
        yield block;
      }
    },
  };
}

type RowBlocks = AsyncIterable<readonly string[]> | Iterable<readonly string[]>;

/** Packed, since runs of a billion events would fill a disk; zstd costs less than gzip. */
async function writeRun(path: string, blocks: RowBlocks): Promise<void> {
  await pipeline(Readable.from(textsOf(blocks)), createZstdCompress(), createWriteStream(path));
}

async function* textsOf(blocks: RowBlocks): AsyncGenerator<string> {
  for await (const rows of blocks) yield `${rows.join("\n")}\n`;
}

async function* rowsOf(
  blocks: AsyncIterable<readonly ListeningEvent[]>,
): AsyncGenerator<readonly string[]> {
  for await (const events of blocks) yield events.map(encodeEventRow);
}
