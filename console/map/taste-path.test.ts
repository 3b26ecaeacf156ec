import assert from "node:assert/strict";
import { test } from "node:test";
import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { advance } from "../../core/state/advance.ts";
import { draftOf, hearPending } from "../../core/state/draft.ts";
import { HEAR_RULES } from "../../core/state/hear.ts";
import { listenerRecord } from "../../core/state/stored-record.ts";
import { publishRandomBundle } from "../../test/fixtures/random-bundle.ts";
import { BEGAN_AT_MS, listeningEvent } from "../../test/support/listening-records.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { tastePath } from "./taste-path.ts";
import { trackMap } from "./track-map.ts";

test("a path leads over the places of shorter histories to that of the record", async () => {
  const folder = temporaryFolder();
  const sizes = { tracks: 40, dimension: 8, hidden: 6 };
  await publishRandomBundle(folder, { ...sizes, features: ["kind"], seed: 3 });
  const bundle = await openBundle(folder);
  const runner = await createStepRunner(bundle);
  const recordAfter = async (count: number) => {
    const draft = draftOf(undefined);
    for (let at = 0; at < count; at++) {
      const event = { track: `track-${at + 3}`, happenedAtMs: BEGAN_AT_MS + at * 60_000 };
      hearPending(draft, listeningEvent({ ...event, eventId: `event-${at}` }), HEAR_RULES);
    }
    const { records } = await advance(new Map([["ann", draft]]), { bundle, runner });
    return listenerRecord(records.get("ann")!);
  };
  const map = trackMap(bundle)!;
  const path = await tastePath({ bundle, runner }, await recordAfter(6), { map, steps: 4 });
  assert.equal(path.length, 4);
  for (const [at, step] of path.entries()) {
    const { hidden } = await recordAfter(3 + at);
    const place = map.placeOfTaste(await runner.taste("short", hidden.short!, 1));
    assert.deepEqual([step.x, step.y], [place.x, place.y], `step ${at}`);
  }
  await runner.close();
});
