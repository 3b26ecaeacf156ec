import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { trackHash } from "../core/domain/hash.ts";
import type { TrackId } from "../core/domain/ids.ts";
import type { RecentEvent } from "../core/state/listener-record.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { replayBranches } from "./replay-branches.ts";

const TRACKS = 12;
const models = tinyModels(3, TRACKS);
const hidden = { short: new Float32Array(5).fill(0.5), long: new Float32Array(4).fill(-0.25) };

const event = fc
  .record({ track: fc.nat(TRACKS), gapMs: fc.nat(100_000), sessionStart: fc.boolean() })
  .map(({ track, ...times }): RecentEvent => {
    const id = `track-${track}` as TrackId;
    return { ...EVENT, ...times, track: trackHash(id) };
  });

const EVENT = {
  happenedAtMs: 0,
  kind: "finished",
  fractionPlayed: 1,
  context: "unspecified",
  shuffle: false,
} as const;

test("every branch ends in the bits of its own replay, wherever it leaves the trunk", async () => {
  const events = fc.array(event, { maxLength: 9 });
  const leaving = fc.array(fc.record({ place: fc.nat(9), rest: events }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(events, leaving, async (trunk, branchings) => {
      const branches = branchings.map(({ place, rest }) => [...trunk.slice(0, place), ...rest]);
      const together = await replayBranches(models, { hidden, trunk, branches });
      for (const [at, alone] of [trunk, ...branches].entries()) {
        const [end] = await replayBranches(models, { hidden, trunk: alone, branches: [] });
        assert.deepEqual(together[at], end);
      }
    }),
  );
});

test("a step that two replays share is taken once", async () => {
  let rows = 0;
  const { bundle, runner } = models;
  const counting: typeof runner = {
    ...runner,
    step: (wave) => {
      if (wave.model === "long") rows += wave.rows;
      return runner.step(wave);
    },
  };
  const trunk = fc.sample(event, { numRuns: 6, seed: 1 });
  const branches = trunk.map((_, at) => trunk.toSpliced(at, 1));
  await replayBranches({ bundle, runner: counting }, { hidden, trunk, branches });
  assert.equal(rows, 6 + 5 + 4 + 3 + 2 + 1);
});
