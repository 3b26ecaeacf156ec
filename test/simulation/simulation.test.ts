import assert from "node:assert/strict";
import { test } from "node:test";
import { type SimulatedRun, simulate } from "./simulate.ts";

const SEEDS = 2_000;

/** What the turns of every kind of fault say. */
const FAULTS = [
  /is killed/,
  /power is cut/,
  /changes hands/,
  /hears that .* is another's/,
  /is stopped or goes on/,
  /fails: model/,
  /fails: letters/,
  /fails: write/,
  /fails: flush/,
  /disk is full/,
  /broker leaves/,
  /loses its oldest records/,
  /is made anew/,
  /resets the offset/,
];

test(`ingest under the faults of ${SEEDS} seeds ends as a plain replay does`, async (context) => {
  const broken: string[] = [];
  const unseen = new Set(FAULTS);
  const counts = { killed: 0, cut: 0, overtaken: 0, stopped: 0, full: 0 };
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { violation, trace } = await simulate(seed);
    counts.killed += turnsWith(trace, "is killed");
    counts.cut += turnsWith(trace, "power is cut");
    counts.overtaken += turnsWith(trace, "changes hands");
    counts.stopped += turnsWith(trace, "is stopped or goes on");
    counts.full += turnsWith(trace, "disk is full");
    for (const fault of unseen) if (trace.some((turn) => fault.test(turn))) unseen.delete(fault);
    if (violation !== undefined) broken.push(`${violation}: replay with --seed ${seed}`);
  }
  assert.deepEqual(broken, []);
  assert.deepEqual([...unseen], [], "every kind of fault happened");
  const { killed, cut, overtaken, stopped, full } = counts;
  const ends = `${killed} kills, ${cut} power cuts, ${overtaken} changes of owner`;
  const figures = `${ends}, ${Math.floor(stopped / 2)} stops, ${full} full disks`;
  context.diagnostic(`figure: ${SEEDS} seeds with ${figures}, each state equal`);
});

test("a seed replays exactly, and another one differs", async () => {
  const runs: SimulatedRun[] = [];
  for (const seed of [7, 7, 8]) runs.push(await simulate(seed));
  const [run, again, other] = runs;
  assert.deepEqual(run, again);
  assert.notDeepEqual(run?.trace, other?.trace);
});

function turnsWith(trace: readonly string[], words: string): number {
  return trace.filter((turn) => turn.includes(words)).length;
}
