import assert from "node:assert/strict";
import { test } from "node:test";
import type { SkipChanceWeights } from "../core/bundle/manifest.ts";
import type { SkipRows } from "../core/bundle/step-runner.ts";
import type { Failure } from "../core/domain/failure.ts";
import type { SessionId, TrackIndex } from "../core/domain/ids.ts";
import type { ListenerRecord } from "../core/state/listener-record.ts";
import type { ScoredTrack } from "./catalogue/new-tracks/served-tracks.ts";
import type { Scorer } from "./scorer.ts";
import { skipChances } from "./skip-chances.ts";

/** Of each model the vector is the track's number. */
const TRACKS = [2, 0].map((track): ScoredTrack => {
  const vector = Float32Array.of(track);
  const vectors = { short: vector, long: vector };
  return { index: track as TrackIndex, vectors, biases: {}, popularity: 0 };
});
const record = {
  steps: 3,
  sessionSteps: 1,
  session: "s" as SessionId,
  lastEventAtMs: 1000,
  recent: [{ track: "hash of 2", kind: "skipped", sessionStart: true, context: "album" }],
  hidden: { short: Float32Array.of(1), long: Float32Array.of(3) },
} as unknown as ListenerRecord;
const here = { session: "s" as SessionId, atMs: 2000 };

/** A scorer whose heads say hidden · track. */
function scorer(
  faulty: "" | "short" = "",
  noticed: Failure[] = [],
  weights?: SkipChanceWeights,
): Scorer {
  const model = { hidden: 1, dimension: 1, skip: true };
  return {
    bundle: {
      models: { short: model, long: model },
      manifest: weights ? { skip_chance: weights } : {},
    },
    live: { tracks: { indexOfHash: (hash: unknown) => (hash === "hash of 2" ? 2 : undefined) } },
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

test("a bundle's own weights count what the models say and what is remembered", async () => {
  const weights = { bias: -1, short: 2, long: 0.5, streak: 0.25, after_album: 1, heard_again: 3 };
  const weighed = scorer("", [], weights);
  const [heard, other] = (await skipChances(weighed, record, { asked: here, tracks: TRACKS }))!;
  assert.ok(Math.abs(heard! - logistic(-1 + 2 * 2 + 0.5 * 6 + 0.25 + 1 + 3)) < 1e-12);
  assert.ok(Math.abs(other! - logistic(-1 + 0.25 + 1)) < 1e-12);
});

test("a model that says nothing counts as the other does", async () => {
  const asked = { session: "other" as SessionId, atMs: 2000 };
  const weighed = scorer("", [], { short: 2, long: 0.5 });
  const chances = await skipChances(weighed, record, { asked, tracks: TRACKS });
  assert.deepEqual(chances, [logistic(2.5 * 6), 0.5]);
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
