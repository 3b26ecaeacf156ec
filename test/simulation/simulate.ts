import { isDeepStrictEqual } from "node:util";
import { sessionStoreIn } from "../../core/state/lmdb-store.ts";
import { readSeal } from "../../core/state/store-name.ts";
import { sealOf } from "../../core/state/store-seal.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { type FaultWeights, faultTurns, faultWeights } from "./faults.ts";
import { movesOf } from "./history.ts";
import { createHost } from "./host.ts";
import { STORE_ID } from "./ingest-host.ts";
import { digestAsRead, replaySequentially } from "./oracle.ts";
import { sweepTurns, type Turn, workTurns } from "./work.ts";
import { createWorld, giveTo, isApplied, report, startHost, type World } from "./world.ts";

export interface SimulatedRun {
  readonly seed: number;
  /** Undefined where all that must hold has held. */
  readonly violation: string | undefined;
  /** What happened, in order; equal for equal seeds. */
  readonly trace: readonly string[];
  /** Of the store at the end. */
  readonly digest: string;
}

const FAULTY_TURNS_MIN = 100;
const FAULTY_TURNS_MORE = 200;
const MINUTE_MS = 60_000;
/** After the last fault everything is applied within this many turns. */
const CALM_TURNS_MAX = 5_000;

/** Runs ingest under faults that follow from `seed`, then lets it finish in peace, and holds its
 *  store against a sequential replay. */
export async function simulate(seed: number): Promise<SimulatedRun> {
  const chance = chanceOf(seed, "simulation");
  const weights = faultWeights(chance);
  const world = await createWorld(chance, evictionAge(chanceOf(seed, "eviction")));
  const trace: string[] = [];
  await underFaults(world, { chance, weights, trace });
  await inPeace(world, { chance, trace });
  const environment = world.disk.open(createHost("observer"));
  const store = sessionStoreIn(environment, STORE_ID);
  const seal = sealOf(STORE_ID, environment.getRange());
  if (!isDeepStrictEqual(readSeal(environment), seal)) report(world, "the store's seal is wrong");
  const digest = await store.digest();
  if (world.violation === undefined) {
    await holdAgainstOracle(world, await digestAsRead(store, world.broker.partitions.length));
  }
  return { seed, violation: world.violation, trace, digest };
}

/** Half of the runs evict, some who were away for a track or two, some who missed an hour. */
function evictionAge(chance: Chance): number | undefined {
  return chance.happens(0.5) ? (5 + chance.below(60)) * MINUTE_MS : undefined;
}

async function underFaults(
  world: World,
  run: { readonly chance: Chance; readonly weights: FaultWeights; readonly trace: string[] },
): Promise<void> {
  const { chance, weights, trace } = run;
  const turns = FAULTY_TURNS_MIN + chance.below(FAULTY_TURNS_MORE);
  const overlap = weights.overlap > 0;
  for (let turn = 0; turn < turns && world.violation === undefined; turn++) {
    const work = [...workTurns(world, { overlap }), ...sweepTurns(world)];
    const possible = [...work, ...faultTurns(world, weights)];
    await take(chance.weighted(possible), trace);
  }
}

/** Every fault ends but one: processes that were stopped go on only when all is applied, and then
 *  do what they had begun. */
async function inPeace(
  world: World,
  { chance, trace }: { readonly chance: Chance; readonly trace: string[] },
): Promise<void> {
  trace.push("faults end");
  world.disk.full = false;
  world.broker.away = false;
  world.disk.writeBack();
  const names = [...world.hosts.keys()];
  for (const name of names) {
    if (!world.hosts.get(name)!.host.isAlive()) await startHost(world, name);
  }
  const awake = names.filter((name) => !world.hosts.get(name)!.host.stopped);
  if (awake.length === 0) world.hosts.get(names[0]!)!.host.stopped = false;
  for (const topic of world.broker.partitions) {
    giveTo(world, topic, chance.pick(awake.length === 0 ? [names[0]!] : awake));
  }
  await untilQuiet(world, { chance, trace });
  for (const { host } of world.hosts.values()) host.stopped = false;
  await untilQuiet(world, { chance, trace });
  const isDone = world.broker.partitions.every((topic) => isApplied(world, topic));
  if (!isDone) report(world, "not all of the log was applied");
}

async function untilQuiet(
  world: World,
  { chance, trace }: { readonly chance: Chance; readonly trace: string[] },
): Promise<void> {
  for (let turn = 0; turn < CALM_TURNS_MAX && world.violation === undefined; turn++) {
    const possible = workTurns(world, { overlap: false });
    if (possible.length === 0) return;
    await take(chance.weighted(possible), trace);
  }
  report(world, `work did not end within ${CALM_TURNS_MAX} turns`);
}

/** One turn, and all that follows from it until every process waits again. */
async function take(turn: Turn, trace: string[]): Promise<void> {
  trace.push(turn.name);
  await turn.run();
  await new Promise((resolve) => setImmediate(resolve));
}

async function holdAgainstOracle(world: World, digest: string): Promise<void> {
  const partitions = [];
  for (const topic of world.broker.partitions) {
    const { partition } = topic;
    const moves = movesOf(topic, world.disk.positions(partition));
    if (typeof moves === "string") return report(world, moves);
    partitions.push({ partition, moves });
  }
  const replayed = await replaySequentially(partitions, world.evictAfterMs);
  if (replayed.digest !== digest) report(world, "the store differs from a sequential replay");
  const written = new Set(world.broker.letters.map(({ key, value }) => `${key} ${value?.join()}`));
  const lost = replayed.letters.filter(({ key, value }) => !written.has(`${key} ${value?.join()}`));
  if (lost.length > 0) report(world, `${lost.length} dead letters were lost`);
}
