import type { StepRunner } from "../core/bundle/step-runner.ts";
import { startWorkerRunner } from "../core/bundle/worker-runner.ts";
import type { LogRecord } from "../core/log/event-log.ts";
import { openLmdbReader } from "../core/state/lmdb-reader.ts";
import { requireThat } from "./did-not-happen.ts";
import {
  decodeBare,
  openPeakFlops,
  type PeakFlops,
  putBare,
  type RawCommit,
  rawCommits,
  stepFlops,
} from "./ingest-limits.ts";
import { decodeAll, putAll, readAll, stepAll } from "./ingest-parts.ts";
import { cpuUsOf, newRounds, type Rounds } from "./measure.ts";
import { measureIngest, type Recording } from "./whole-ingest.ts";
import type { World } from "./world.ts";

/** CPU microseconds for each event, but for the first: that is by the clock on the wall. */
export interface IngestResult {
  readonly eventsPerSecond: number;
  readonly whole: number;
  readonly decode: number;
  readonly step: number;
  readonly put: number;
  readonly decodeBare: number;
  /** What the arithmetic of the steps would take at the machine's peak. */
  readonly stepAtPeak: number;
  readonly putBare: number;
  /** Reading the log and nothing more. */
  readonly read: number;
}

export interface RoundLimits {
  readonly roundsMin: number;
  readonly roundsMax: number;
  /** No further round begins after this. */
  readonly seconds: number;
}

/** Decoding a log takes so little that it is done this often for one figure. */
const DECODE_PASSES = 8;

type Name = keyof IngestResult;

/** Ingests the world's log, then each part of that alone, in turns, so that what else the machine
 *  does falls on all of them alike. Leaves the listeners' state in the world's home. */
export async function measureIngestParts(world: World, limits: RoundLimits): Promise<IngestResult> {
  const runner = await startWorkerRunner(world.bundle);
  const peak = await openPeakFlops();
  try {
    const recording: Recording = { batches: [], commits: [] };
    await measureIngest(world, runner, { folder: world.home.state, recording });
    await requireHeard(world);
    const records = await readAll(world.log, "bench-recording", world.events.length);
    const parts = { world, runner, peak, recording, records, raw: rawCommits(recording.commits) };
    // The first round warms everything up.
    await measureRound(parts, 0, newRounds());
    const rounds = newRounds<Name>();
    const startedMs = performance.now();
    for (let round = 1; round <= limits.roundsMax; round++) {
      const enough = performance.now() - startedMs > limits.seconds * 1000;
      if (enough && round > limits.roundsMin) break;
      await measureRound(parts, round, rounds);
    }
    return resultOf(rounds);
  } finally {
    await peak.close();
    await runner.close();
  }
}

async function requireHeard({ home, lastHeardAtMs }: World): Promise<void> {
  const state = openLmdbReader(home.state);
  for (const listener of lastHeardAtMs.keys()) {
    requireThat(state.read(listener) !== undefined, `the store does not hold ${listener}`);
  }
  await state.close();
}

interface Parts {
  readonly world: World;
  readonly runner: StepRunner;
  readonly peak: PeakFlops;
  readonly recording: Recording;
  readonly records: readonly LogRecord[];
  readonly raw: readonly RawCommit[];
}

async function measureRound(parts: Parts, round: number, rounds: Rounds<Name>): Promise<void> {
  const { world, runner, peak, recording, records, raw } = parts;
  const { bundle, log } = world;
  const events = world.events.length;
  const fresh = (name: string) => world.folder(`${name}-${round}`);
  const add = async (name: Name, work: () => unknown, passes = 1) => {
    const takenUs = await cpuUsOf(async () => {
      for (let pass = 0; pass < passes; pass++) await work();
    });
    rounds.add(name, takenUs / events / passes);
  };
  const whole = await measureIngest(world, runner, { folder: fresh("state") });
  rounds.add("whole", whole.cpuUs / events);
  rounds.add("eventsPerSecond", events / whole.seconds);
  await add("decode", () => decodeAll(records), DECODE_PASSES);
  await add("decodeBare", () => decodeBare(records), DECODE_PASSES);
  await add("step", () => stepAll(runner, recording.batches, log.partitions));
  rounds.add("stepAtPeak", (stepFlops(bundle) / (await peak.measure())) * 1e6);
  await add("put", () => putAll(fresh("put"), recording.commits));
  await add("putBare", () => putBare(fresh("put-bare"), raw));
  await add("read", () => readAll(log, `bench-${round}`, events));
}

function resultOf({ least, median }: Rounds<Name>): IngestResult {
  return {
    eventsPerSecond: median("eventsPerSecond"),
    whole: least("whole"),
    decode: least("decode"),
    step: least("step"),
    put: least("put"),
    decodeBare: least("decodeBare"),
    stepAtPeak: least("stepAtPeak"),
    putBare: least("putBare"),
    read: least("read"),
  };
}
