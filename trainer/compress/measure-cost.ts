import type { Bundle } from "../../core/bundle/bundle.ts";
import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { pseudoRandom, randomFloats } from "../../core/bundle/pseudo-random.ts";
import type { StepRunner, Wave } from "../../core/bundle/step-runner.ts";
import type { ListenerId } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { readLogFolder } from "../../core/log-folder/read-log-folder.ts";
import { type Replay, startReplay } from "../evaluate/ask-and-hear.ts";

/** The sizes of waves that are measured, in events. */
export const MEASURED_WAVES = [8, 32, 64, 128] as const;

/** CPU microseconds. */
export interface BundleCost {
  /** Of one event through every model's step, by the size of its wave. */
  readonly step_cpu_us: Readonly<Record<string, number>>;
  /** Of one list of 20 of the blend, from a listener's state to the tracks, without gRPC. */
  readonly list_cpu_us: number;
}

export interface CostPlan {
  readonly folders: readonly string[];
  /** Whose listeners ask for the lists. */
  readonly logFolder: string;
  /** Microseconds of CPU time that this process has taken; it never falls. */
  readonly cpuUs: () => number;
  readonly signal?: AbortSignal | undefined;
}

/** Rounds of each; the least counts, since whatever else the machine does can only add to it. */
const ROUNDS = 12;
/** Events that go through the step in a round, in waves of one size. */
const ROUND_EVENTS = 2048;
/** Events that are heard before lists are asked for, and listeners who ask. */
const HEARD_EVENTS = 1500;
const ASKING_MAX = 60;

/** Measures several bundles in turns, in this thread, so that all meet the machine alike. */
export async function measureCosts(plan: CostPlan): Promise<BundleCost[]> {
  const events = await firstEvents(plan.logFolder);
  const subjects = await Promise.all(plan.folders.map((folder) => prepare(folder, events)));
  try {
    const steps = subjects.map(() => new Map(MEASURED_WAVES.map((rows) => [rows, Infinity])));
    const lists = subjects.map(() => Number.POSITIVE_INFINITY);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, subject] of subjects.entries()) {
        plan.signal?.throwIfAborted();
        for (const rows of MEASURED_WAVES) {
          const taken = await cpuOf(plan, () => stepOften(subject, rows));
          const least = Math.min(steps[index]!.get(rows)!, taken / ROUND_EVENTS);
          steps[index]!.set(rows, least);
        }
        const taken = await cpuOf(plan, () => askAll(subject));
        lists[index] = Math.min(lists[index]!, taken / subject.asking.length);
      }
    }
    return subjects.map((_, index) => ({
      step_cpu_us: Object.fromEntries(steps[index]!),
      list_cpu_us: lists[index]!,
    }));
  } finally {
    for (const { runner } of subjects) await runner.close();
  }
}

interface Subject {
  readonly runner: StepRunner;
  readonly waves: readonly Wave[];
  readonly replay: Replay;
  /** An event of each listener who asks: what comes after it is asked for. */
  readonly asking: readonly ListeningEvent[];
}

async function prepare(folder: string, events: readonly ListeningEvent[]): Promise<Subject> {
  const bundle = await openBundle(folder);
  const runner = await createStepRunner(bundle);
  const replay = startReplay({ bundle, runner }, { observe: () => {}, asksWithoutLong: false });
  for (const event of events) await replay.hear(event);
  const last = new Map<ListenerId, ListeningEvent>();
  for (const event of events) last.set(event.listener, event);
  const asking = [...last.values()].slice(-ASKING_MAX);
  return { runner, waves: largestWaves(bundle), replay, asking };
}

async function firstEvents(folder: string): Promise<ListeningEvent[]> {
  const events: ListeningEvent[] = [];
  for await (const event of readLogFolder(folder)) {
    if (events.length === HEARD_EVENTS) break;
    events.push(event);
  }
  return events;
}

/** Of every model the largest wave, from tracks of the bundle met in arbitrary states. */
function largestWaves(bundle: Bundle): Wave[] {
  const rows = Math.max(...MEASURED_WAVES);
  const random = pseudoRandom(3);
  return Object.values(bundle.models).map((model): Wave => {
    const { name, dimension, hidden, featureWidth, inputVectors } = model;
    const track = new Float32Array(rows * dimension);
    const count = bundle.trackIds.length;
    for (let row = 0; row < rows; row++) {
      const from = ((row * 7919) % count) * dimension;
      track.set(inputVectors.subarray(from, from + dimension), row * dimension);
    }
    return {
      ...{ model: name, rows, track },
      features: randomFloats(random, rows * featureWidth).map(Math.abs),
      hidden: randomFloats(random, rows * hidden),
    };
  });
}

async function stepOften({ runner, waves }: Subject, rows: number): Promise<void> {
  const smaller = waves.map((wave) => firstRows(wave, rows));
  for (let done = 0; done < ROUND_EVENTS; done += rows) {
    for (const wave of smaller) await runner.step(wave);
  }
}

function firstRows(wave: Wave, rows: number): Wave {
  const first = (values: Float32Array) => values.subarray(0, (values.length / wave.rows) * rows);
  const { track, features, hidden } = wave;
  return {
    ...{ model: wave.model, rows },
    ...{ track: first(track), features: first(features), hidden: first(hidden) },
  };
}

async function askAll({ replay, asking }: Subject): Promise<void> {
  for (const event of asking) await replay.list(event);
}

async function cpuOf({ cpuUs }: CostPlan, work: () => Promise<void>): Promise<number> {
  const before = cpuUs();
  await work();
  return cpuUs() - before;
}
