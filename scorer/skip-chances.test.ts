import assert from "node:assert/strict";
import { test } from "node:test";
import type { SkipRows } from "../core/bundle/step-runner.ts";
import type { Failure } from "../core/domain/failure.ts";
import type { SessionId, TrackIndex } from "../core/domain/ids.ts";
import type { ListenerRecord } from "../core/state/listener-record.ts";
import type { Scorer } from "./scorer.ts";
import { skipChances } from "./skip-chances.ts";

const TRACKS = [2, 0] as TrackIndex[];
const record = {
  steps: 3,
  sessionSteps: 1,
  session: "s" as SessionId,
  lastEventAtMs: 1000,
  hidden: { short: Float32Array.of(1), long: Float32Array.of(3) },
} as unknown as ListenerRecord;
const here = { session: "s" as SessionId, atMs: 2000 };

/** A scorer whose heads say hidden · track. */
function scorer(faulty: "" | "short" = "", noticed: Failure[] = []): Scorer {
  const model = { hidden: 1, dimension: 1, outputVectors: Float32Array.of(0, 1, 2), skip: true };
  return {
    bundle: { models: { short: model, long: model } },
    rules: { idleTimeoutMs: 60_000 },
    notice: (failure: Failure) => noticed.push(failure),
    runner: {
      skip: async ({ model: name, hidden, track }: SkipRows) => {
        if (name === faulty) throw new Error("broken");
        return hidden.map((state, row) => state * track[row]!);
      },
    },
  } as unknown as Scorer;
}

const logistic = (logit: number) => 1 / (1 + Math.exp(-logit));

test("the chance of a skip is the mean of what both models say", async () => {
  const chances = await skipChances(scorer(), record, { asked: here, tracks: TRACKS });
  assert.deepEqual(chances, [logistic((2 + 6) / 2), 0.5]);
});

test("for another session the long-term model speaks alone", async () => {
  const asked = { session: "other" as SessionId, atMs: 2000 };
  const chances = await skipChances(scorer(), record, { asked, tracks: TRACKS });
  assert.deepEqual(chances, [logistic(6), 0.5]);
});

test("a head that fails is noticed and left out", async () => {
  const noticed: Failure[] = [];
  const chances = await skipChances(scorer("short", noticed), record, {
    asked: here,
    tracks: TRACKS,
  });
  assert.deepEqual(chances, [logistic(6), 0.5]);
  assert.equal(noticed.length, 1);
});

test("nothing is said of a listener who was never heard", async () => {
  const asked = { asked: here, tracks: TRACKS };
  assert.equal(await skipChances(scorer(), undefined, asked), undefined);
});
