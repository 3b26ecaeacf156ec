import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import { readCatalogue, readLogFolder } from "../core/log-folder/read-log-folder.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { readTrueSkips } from "./evaluate/read-truth.ts";
import { simulate } from "./simulate/simulate.ts";
import { splitLog } from "./split-log.ts";

test("a log that is split is the same log in two parts, each with its own truth", async () => {
  const [world, out] = [join(temporaryFolder(), "world"), join(temporaryFolder(), "parts")];
  await simulate({ listeners: 6, tracks: 60, days: 3, seed: 4, out: world });
  const split = await splitLog({ logFolder: world, outFolder: out, at: { share: 0.7 } });
  const parts = [join(out, "earlier"), join(out, "later")] as const;
  const [earlier, later] = [await eventsOf(parts[0]), await eventsOf(parts[1])];
  assert.deepEqual([...earlier, ...later], await eventsOf(world));
  assert.ok(earlier.length > 0 && later.length > 0);
  assert.ok(earlier.every(({ happenedAtMs }) => happenedAtMs < split.at_ms));
  assert.ok(later.every(({ happenedAtMs }) => happenedAtMs >= split.at_ms));
  for (const [folder, events] of [
    [parts[0], earlier],
    [parts[1], later],
  ] as const) {
    const truth = await readTrueSkips(folder);
    assert.deepEqual(
      [...truth!.keys()],
      events.map(({ eventId }) => eventId),
    );
    let tracks = 0;
    for await (const _ of readCatalogue(folder)) tracks++;
    assert.equal(tracks, 60);
  }
});

test("a log is split at a time, too", async () => {
  const [world, out] = [join(temporaryFolder(), "world"), join(temporaryFolder(), "parts")];
  const { last_at_ms: lastAtMs } = await simulate({
    ...{ listeners: 4, tracks: 40, days: 2, seed: 4 },
    out: world,
  });
  const { later } = await splitLog({ logFolder: world, outFolder: out, at: { ms: lastAtMs } });
  assert.equal(later.events, 1);
});

async function eventsOf(folder: string): Promise<ListeningEvent[]> {
  const events: ListeningEvent[] = [];
  for await (const event of readLogFolder(folder)) events.push(event);
  return events;
}
