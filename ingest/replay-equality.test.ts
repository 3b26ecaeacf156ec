import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EVENT_KINDS } from "../core/domain/listening-event.ts";
import type { LogRecord } from "../core/log/event-log.ts";
import type { Models } from "../core/state/advance.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { ListeningEvent as WireListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import { appliedTo } from "../test/support/apply.ts";
import {
  BEGAN_AT_MS,
  type Delivery,
  deliveryOf,
  listeningEvent,
  recordsOf,
} from "../test/support/listening-records.ts";
import { randomModels } from "../test/support/random-models.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import type { Counts } from "./counters.ts";

const MINUTE_MS = 60_000;

/** Listening with all that can go wrong in it: few listeners and few ids, so that ids repeat,
 *  times that run on but jump back and forth, tombstones, unknown tracks and bytes that are no
 *  event. */
const change = fc.record({
  eventId: fc.integer({ min: 0, max: 300 }).map((id) => `event-${id}`),
  listener: fc.constantFrom("ann", "bob", "cleo", "dan"),
  session: fc.option(fc.constantFrom("morning", "evening"), { nil: undefined }),
  track: fc.integer({ min: 0, max: 14 }).map((index) => `track-${index}`),
  kind: fc.constantFrom(...EVENT_KINDS),
  playedMs: fc.integer({ min: 0, max: 200_000 }),
  shuffle: fc.boolean(),
});
const DO_NOT_STORE = WireListeningEvent.encode(
  WireListeningEvent.fromPartial({ doNotStore: true }),
).finish();
const step = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(change, fc.integer({ min: -20, max: 40 })) },
  { weight: 1, arbitrary: fc.constantFrom("ann", "bob").map((key) => ({ key, value: null })) },
  {
    weight: 1,
    arbitrary: fc
      .oneof(fc.uint8Array({ maxLength: 30 }), fc.constant(DO_NOT_STORE))
      .map((value) => ({ key: "ann", value })),
  },
);
const log = fc
  .array(step, { minLength: 1, maxLength: 150, size: "max" })
  .map((steps) => recordsOf(steps.map(deliveryAt)));

function deliveryAt(
  step: Delivery | [Parameters<typeof listeningEvent>[0], number],
  index: number,
): Delivery {
  if (!Array.isArray(step)) return step;
  const [change, jitter] = step;
  const happenedAtMs = BEGAN_AT_MS + (4 * index + jitter) * MINUTE_MS;
  return deliveryOf(listeningEvent({ ...change, happenedAtMs }));
}

/** How a log comes through faults: batches of any size, of which some begin before the last
 *  one's end. */
const cuts = fc.array(
  fc.record({ size: fc.integer({ min: 1, max: 40 }), again: fc.integer({ min: 0, max: 30 }) }),
  { minLength: 1 },
);

test("a log in any batches, some delivered twice, equals a one-by-one replay", async () => {
  await fc.assert(fc.asyncProperty(log, cuts, replaysEqually(tinyModels(1))));
});

test("the bytes are the same with ONNX graphs, whatever events share a batch", async () => {
  const models = await randomModels({ tracks: 12, dimension: 8, hidden: 12 });
  try {
    await fc.assert(fc.asyncProperty(log, cuts, replaysEqually(models)), { numRuns: 15 });
  } finally {
    await models.runner.close();
  }
});

test("the counts say what happened to each record of the log exactly once", async () => {
  await fc.assert(
    fc.asyncProperty(log, cuts, async (records, sizes) => {
      const applied = appliedTo();
      for (const batch of deliver(records, sizes)) await applied.apply(batch);
      const { stepped, noted, duplicate, late, dead_lettered, not_stored, forgotten } =
        applied.counts;
      const heard = stepped + noted + duplicate + late;
      assert.equal(heard + dead_lettered + not_stored + forgotten, records.length);
    }),
  );
});

function replaysEqually(models: Models) {
  return async (records: readonly LogRecord[], sizes: readonly Cut[]): Promise<void> => {
    const plain = appliedTo(createMemoryStore(), models);
    for (const record of records) await plain.apply([record]);
    const faulty = appliedTo(createMemoryStore(), models);
    for (const batch of deliver(records, sizes)) await faulty.apply(batch);
    assert.equal(await faulty.store.digest(), await plain.store.digest());
    assert.deepEqual(decisions(faulty.counts), decisions(plain.counts));
    assert.deepEqual(faulty.letters, plain.letters);
  };
}

interface Cut {
  readonly size: number;
  /** Records of the batch before that come again. */
  readonly again: number;
}

function* deliver(
  records: readonly LogRecord[],
  sizes: readonly Cut[],
): Generator<readonly LogRecord[]> {
  let at = 0;
  for (let turn = 0; at < records.length; turn++) {
    const { size, again } = sizes[turn % sizes.length]!;
    yield records.slice(Math.max(0, at - again), at + size);
    at += size;
  }
}

/** The counts that may not depend on how the log was delivered. */
function decisions(counts: Counts): Counts {
  return { ...counts, replayed: 0, waves: 0, commits: 0 };
}
