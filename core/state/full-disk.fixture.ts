import { Failure } from "../domain/failure.ts";
import type { BundleMark, ListenerId, Offset, Partition } from "../domain/ids.ts";
import { openLmdbStore } from "./lmdb-store.ts";
import { NO_RECENT_EVENTS } from "./recent-events.ts";

/** Commits until the disk is full, three times more, and prints what it then finds. */
const BATCHES_MAX = 100;
const RECORDS = 200;
const partition = 0 as Partition;

const store = openLmdbStore(process.argv[2]!);
const failures: string[] = [];
let next = 0;
for (let batch = 0; batch < BATCHES_MAX && failures.length < 3; batch++) {
  const listeners = Array.from(
    { length: RECORDS },
    (_, index) => `${batch} ${index}` as ListenerId,
  );
  try {
    await store.commit({
      partition,
      expectedNext: next as Offset,
      position: { epoch: 0, next: (next + 1) as Offset, appendedAtMs: 0 },
      records: new Map(listeners.map((listener) => [listener, recordAt(next)])),
    });
    next += 1;
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    const written = listeners.filter((listener) => store.read(listener) !== undefined).length;
    failures.push(`${failure.code}, ${written} written`);
  }
}
const isAtLastCommit = next > 0 && store.position(partition)?.next === next;
process.stdout.write(JSON.stringify({ failures, isAtLastCommit }));
await store.close();

function recordAt(offset: number) {
  return {
    bundle: "ab".repeat(8) as BundleMark,
    partition,
    epoch: 0,
    heardOffset: offset as Offset,
    lastEventAtMs: 0,
    session: undefined,
    sessionSteps: 1,
    steps: 1,
    recent: NO_RECENT_EVENTS,
    heardEvents: [],
    disliked: [],
    hidden: { short: new Float32Array(200) },
  };
}
