import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import fc from "fast-check";
import { randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import { Failure } from "../domain/failure.ts";
import type { ModelName } from "../domain/ids.ts";
import { runCourse } from "./course.ts";
import { type BundleGraphs, createStepRunner } from "./graph-runner.ts";
import { type FeatureName, featureWidth } from "./manifest.ts";
import { pseudoRandom, randomFloats } from "./pseudo-random.ts";
import type { Course, StepRunner, Wave } from "./step-runner.ts";
import { startWorkerRunner } from "./worker-runner.ts";

const ROWS = 300;
const FEATURES = ["kind", "fraction_played", "gap", "session_start", "context"] as const;

/** Sizes that fill vector registers and ones that never do. */
const SIZES = [
  { dimension: 64, hidden: 96, features: FEATURES },
  { dimension: 33, hidden: 17, features: FEATURES },
  { dimension: 5, hidden: 7, features: [] },
] as const;

const RUNNERS = { "in this thread": createStepRunner, "in a worker": startWorkerRunner };

for (const [where, createRunner] of Object.entries(RUNNERS)) {
  for (const sizes of SIZES) {
    suite(`a step runner ${where}, ${sizes.dimension} → ${sizes.hidden}`, async () => {
      const graphs = randomGraphs(sizes);
      const events = randomWave("short", sizes, ROWS);
      const runner = await createRunner(graphs);
      const alone = await eachAlone(runner, events);
      after(() => runner.close());

      test("gives a row the same bits whatever its neighbours, its place and their number", () =>
        fc.assert(
          fc.asyncProperty(
            fc.array(fc.nat(ROWS - 1), { minLength: 1, maxLength: ROWS, size: "max" }),
            async (rows) => {
              const wave = chosen(events, rows);
              const hiddenNext = await runner.step(wave);
              assertSameBits(hiddenNext, chosenRows(alone.hiddenNext, rows, ROWS));
              const taste = await runner.taste("short", wave.hidden, rows.length);
              assertSameBits(taste, chosenRows(alone.taste, rows, ROWS));
            },
          ),
          { numRuns: 40 },
        ));

      test("gives the same bits at every size of 1 to 300", async () => {
        for (let size = 1; size <= ROWS; size += size < 140 ? 1 : 7) {
          const rows = Array.from({ length: size }, (_, row) => (row * 7 + size) % ROWS);
          const hiddenNext = await runner.step(chosen(events, rows));
          assertSameBits(hiddenNext, chosenRows(alone.hiddenNext, rows, ROWS));
        }
      });
    });
  }

  test(`a runner ${where} answers waves that are under way together`, async () => {
    const sizes = SIZES[1];
    const runner = await createRunner(randomGraphs(sizes));
    const events = randomWave("short", sizes, ROWS);
    const together = await Promise.all(
      Array.from({ length: 20 }, (_, at) => runner.step(chosen(events, [at]))),
    );
    for (const [at, hiddenNext] of together.entries()) {
      assertSameBits(hiddenNext, await runner.step(chosen(events, [at])));
    }
    await runner.close();
  });

  test(`a runner ${where} leaves the memory of its caller alone`, async () => {
    const sizes = SIZES[0];
    const runner = await createRunner(randomGraphs(sizes));
    const wave = randomWave("long", sizes, 32);
    const before = structuredClone(wave);
    await runner.step(wave);
    assert.deepEqual(wave, before);
    await runner.close();
  });

  test(`a runner ${where} runs a wave without rows`, async () => {
    const runner = await createRunner(randomGraphs(SIZES[0]));
    assert.equal((await runner.step(randomWave("short", SIZES[0], 0))).length, 0);
    await runner.close();
  });

  test(`a runner ${where} refuses a wave whose rows are not whole`, async () => {
    const runner = await createRunner(randomGraphs(SIZES[0]));
    const wave = randomWave("short", SIZES[0], 3);
    const broken = { ...wave, hidden: wave.hidden.subarray(1) };
    await assert.rejects(runner.step(broken), failure("bug"));
    await runner.close();
  });

  test(`a runner ${where} refuses a model that its bundle does not have`, async () => {
    const { models } = randomGraphs(SIZES[0]);
    const runner = await createRunner({ models: { short: models.short! } });
    await assert.rejects(runner.step(randomWave("long", SIZES[0], 1)), failure("bug"));
    await runner.close();
  });

  test(`a runner ${where} refuses a graph that is none`, async () => {
    const { models } = randomGraphs(SIZES[0]);
    const taste = new Uint8Array([1, 2, 3]);
    const broken = { models: { short: { ...models.short!, taste } } };
    await assert.rejects(createRunner(broken), failure("bad_bundle", "models.short.taste"));
  });
}

test("both runners give the same bits", async () => {
  for (const sizes of SIZES) {
    const graphs = randomGraphs(sizes);
    const here = await createStepRunner(graphs);
    const there = await startWorkerRunner(graphs);
    for (const model of ["short", "long"] as const) {
      const wave = randomWave(model, sizes, 77);
      assertSameBits(await here.step(wave), await there.step(wave));
      const { hidden, rows } = wave;
      assertSameBits(await here.taste(model, hidden, rows), await there.taste(model, hidden, rows));
    }
    await here.close();
    await there.close();
  }
});

test("a worker runs whole courses as this thread runs them", async () => {
  for (const sizes of SIZES) {
    const graphs = randomGraphs(sizes);
    const here = await createStepRunner(graphs);
    const there = await startWorkerRunner(graphs);
    const courses = () => (["short", "long"] as const).map((model) => randomCourse(model, sizes));
    const expected = await Promise.all(courses().map((course) => runCourse(here, course)));
    for (const [index, ends] of (await there.run!(courses())).entries()) {
      assertSameBits(ends, expected[index]!);
    }
    await here.close();
    await there.close();
  }
});

test("running graphs leaves this thread's own arithmetic as it was", async () => {
  // ONNX Runtime can flush denormals to zero, but for the whole thread, JavaScript's included.
  const runner = await createStepRunner(randomGraphs(SIZES[0]));
  await runner.step(randomWave("short", SIZES[0], 32));
  const [smallest] = new Float64Array([Number.MIN_VALUE]);
  assert.notEqual(smallest! * 3, 0);
  await runner.close();
});

test("a closed worker finishes the waves under way and refuses later ones", async () => {
  const runner = await startWorkerRunner(randomGraphs(SIZES[0]));
  const wave = randomWave("short", SIZES[0], 128);
  const under = runner.step(wave);
  await runner.close();
  assert.equal((await under).length, wave.hidden.length);
  await assert.rejects(runner.step(wave), failure("bug"));
  await runner.close();
});

test("a worker refuses more waves than it may hold", async () => {
  const runner = await startWorkerRunner(randomGraphs(SIZES[2]));
  const wave = randomWave("short", SIZES[2], 1);
  const outcomes = await Promise.allSettled(Array.from({ length: 1025 }, () => runner.step(wave)));
  assert.equal(outcomes.filter(({ status }) => status === "rejected").length, 1);
  assert.equal(outcomes.at(-1)?.status, "rejected");
  await runner.close();
});

interface Sizes {
  readonly dimension: number;
  readonly hidden: number;
  readonly features: readonly FeatureName[];
}

function randomGraphs(sizes: Sizes): BundleGraphs {
  const { models } = randomBundleContent({ ...sizes, tracks: 4, seed: 11 });
  const width = featureWidth(sizes.features);
  const withWidth = Object.entries(models).map(
    ([name, model]) => [name, { ...model, featureWidth: width }] as const,
  );
  return { models: Object.fromEntries(withWidth) };
}

function randomWave(model: ModelName, sizes: Sizes, rows: number): Wave {
  const random = pseudoRandom(12);
  return {
    model,
    rows,
    track: randomFloats(random, rows * sizes.dimension),
    features: randomFloats(random, rows * featureWidth(sizes.features)),
    hidden: randomFloats(random, rows * sizes.hidden),
  };
}

/** 100 listeners, of whom the first 50 step twice. */
function randomCourse(model: ModelName, sizes: Sizes): Course {
  const { hidden, track, features } = randomWave(model, sizes, 150);
  return {
    model,
    width: sizes.hidden,
    hiddenBits: 8,
    hidden: hidden.slice(0, 100 * sizes.hidden),
    waveRows: [100, 50],
    owners: Uint32Array.from({ length: 150 }, (_, row) => row % 100),
    forgets: Uint8Array.from({ length: 150 }, (_, row) => Number(row % 7 === 0)),
    track,
    features,
  };
}

async function eachAlone(runner: StepRunner, events: Wave) {
  const hiddenNext: Float32Array[] = [];
  const taste: Float32Array[] = [];
  for (let row = 0; row < events.rows; row++) {
    const wave = chosen(events, [row]);
    hiddenNext.push(await runner.step(wave));
    taste.push(await runner.taste(events.model, wave.hidden, 1));
  }
  return { hiddenNext: joined(hiddenNext), taste: joined(taste) };
}

function chosen({ model, rows: count, track, features, hidden }: Wave, rows: number[]): Wave {
  return {
    model,
    rows: rows.length,
    track: chosenRows(track, rows, count),
    features: chosenRows(features, rows, count),
    hidden: chosenRows(hidden, rows, count),
  };
}

function chosenRows(values: Float32Array, rows: number[], count: number): Float32Array {
  const width = values.length / count;
  return joined(rows.map((row) => values.subarray(row * width, (row + 1) * width)));
}

function joined(parts: Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => Array.from(part)));
}

function assertSameBits(found: Float32Array, expected: Float32Array): void {
  assert.ok(Buffer.from(found.buffer).equals(Buffer.from(expected.buffer)), "other bits");
}

function failure(code: string, field?: string) {
  return (error: unknown) =>
    error instanceof Failure &&
    error.code === code &&
    (field === undefined || error.field === field);
}
