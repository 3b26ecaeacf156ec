import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import type { EventId, ListenerId, TrackId } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { listeningEvent } from "./log-format.ts";
import { orderEvents } from "./order-events.ts";

test("however little fits into memory, the order is that of a stable sort", async (t) => {
  const folder = await emptyFolder(t);
  const anyTimes = fc.array(fc.nat({ max: 20 }), { maxLength: 60 });
  const anyLimit = fc.integer({ min: 1, max: 12 });
  await fc.assert(
    fc.asyncProperty(anyTimes, anyLimit, async (times, eventsInMemoryMax) => {
      const limits = { eventsInMemoryMax, runsAtOnceMax: 3 };
      const order = orderEvents({ besideFolder: join(folder, "log"), ...limits });
      const events = times.map(event);
      for (const one of events) await order.add(one);
      const ordered: ListeningEvent[] = [];
      for await (const block of order.inOrder()) ordered.push(...block);
      await order.close();
      assert.deepEqual(
        ordered,
        events.toSorted((one, other) => one.happenedAtMs - other.happenedAtMs),
      );
      assert.deepEqual(await readdir(folder), []);
    }),
    { numRuns: 40 },
  );
});

test("an order that is given up leaves no files", async (t) => {
  const folder = await emptyFolder(t);
  const order = orderEvents({ besideFolder: join(folder, "log"), eventsInMemoryMax: 1 });
  await order.add(event(2, 0));
  await order.add(event(1, 1));
  assert.equal((await readdir(folder)).length, 1);
  await order.close();
  assert.deepEqual(await readdir(folder), []);
});

function event(happenedAtMs: number, place: number): ListeningEvent {
  return listeningEvent({
    eventId: `e${place}` as EventId,
    listener: "l" as ListenerId,
    track: "t\t1\n" as TrackId,
    happenedAtMs,
    kind: "finished",
  });
}

async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "segue-order-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
