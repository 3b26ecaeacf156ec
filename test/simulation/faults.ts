import type { Offset } from "../../core/domain/ids.ts";
import {
  append,
  recordsIn,
  remake,
  type TopicPartition,
  timesRemade,
  truncate,
  watermarksOf,
} from "./broker.ts";
import type { Chance } from "./chance.ts";
import { SimulatedFault } from "./host.ts";
import { forgetFetched } from "./reading.ts";
import type { Turn } from "./work.ts";
import { giveTo, isOwner, killHost, tell, type World } from "./world.ts";

/** The faults of a run, each with how often it comes beside ordinary work. */
export type FaultWeights = Readonly<Record<FaultName, number>>;

export const FAULT_NAMES = [
  "kill",
  "power cut",
  "rebalance",
  "stop",
  "failed step",
  "full disk",
  "broker away",
  "retention",
  "topic made anew",
  "offsets reset",
  "overlap",
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** Every run has its own mixture, so that rare faults also come alone and often. */
export function faultWeights(chance: Chance): FaultWeights {
  const weight = () => (chance.happens(0.5) ? 0 : 0.2 + chance.below(10) / 10);
  return Object.fromEntries(FAULT_NAMES.map((name) => [name, weight()])) as FaultWeights;
}

/** The faults that may happen next. */
export function faultTurns(world: World, weights: FaultWeights): Turn[] {
  return [
    ...processFaults(world, weights),
    ...diskFaults(world, weights),
    ...groupFaults(world, weights),
    ...logFaults(world, weights),
  ].filter(({ weight }) => weight > 0);
}

function processFaults(world: World, weights: FaultWeights): Turn[] {
  const turns: Turn[] = [];
  for (const { host } of world.hosts.values()) {
    if (!host.isAlive()) continue;
    const kill = () => killHost(world, { host });
    turns.push({ name: `${host.name} is killed`, weight: weights.kill / 4, run: kill });
    const stop = () => {
      host.stopped = !host.stopped;
    };
    const weight = host.stopped ? weights.stop / 2 : weights.stop / 3;
    turns.push({ name: `${host.name} is stopped or goes on`, weight, run: stop });
    if (host.stopped) continue;
    for (const step of host.waiting) {
      const run = () => step.fail(new SimulatedFault(`${step.kind} failed`));
      const name = `${host.name} fails: ${step.kind}`;
      turns.push({ name, weight: weights["failed step"], run });
    }
  }
  return turns;
}

function diskFaults(world: World, weights: FaultWeights): Turn[] {
  const { disk, hosts, chance } = world;
  const cut = () => {
    for (const { host } of hosts.values()) killHost(world, { host });
    disk.cutPower(chance);
  };
  const fill = () => {
    disk.full = !disk.full;
  };
  return [
    { name: "power is cut", weight: weights["power cut"] / 2, run: cut },
    { name: "the disk is full or free", weight: weights["full disk"] / 2, run: fill },
    { name: "the disk writes back", weight: 0.2, run: disk.writeBack },
  ];
}

function groupFaults(world: World, weights: FaultWeights): Turn[] {
  const { broker, hosts, chance } = world;
  const turns: Turn[] = [];
  for (const topic of broker.partitions) {
    const run = () => giveTo(world, topic, chance.pick([...hosts.keys()]));
    const name = `partition ${topic.partition} changes hands`;
    turns.push({ name, weight: weights.rebalance / 2, run });
    const reset = () => {
      topic.committed = chance.below(recordsIn(topic).length + 1) as Offset;
    };
    const title = `somebody resets the offset of partition ${topic.partition}`;
    turns.push({ name: title, weight: weights["offsets reset"] / 4, run: reset });
  }
  for (const reading of world.readings) {
    if (isOwner(reading) || reading.host.stopped) continue;
    const name = `${reading.host.name} hears that ${reading.topic.partition} is another's`;
    turns.push({ name, weight: 1, run: () => tell(world, reading) });
  }
  return turns;
}

function logFaults(world: World, weights: FaultWeights): Turn[] {
  const { broker, chance } = world;
  const leave = () => {
    broker.away = !broker.away;
  };
  const weight = broker.away ? 2 : weights["broker away"] / 3;
  const turns: Turn[] = [{ name: "the broker leaves or returns", weight, run: leave }];
  for (const topic of broker.partitions) {
    const { first, next } = watermarksOf(topic);
    // The newest record stays: a jump is written down together with the batch after it.
    const run = () => truncate(topic, (first + 1 + chance.below(next - first - 1)) as Offset);
    const name = `partition ${topic.partition} loses its oldest records`;
    if (next > first + 1) turns.push({ name, weight: weights.retention / 8, run });
    if (!canBeRemade(world, topic)) continue;
    const again = () => {
      remake(topic);
      append(topic, world.unsent.get(topic)!.shift()!);
      for (const reading of world.readings) if (reading.topic === topic) forgetFetched(reading);
    };
    const title = `partition ${topic.partition} is made anew`;
    turns.push({ name: title, weight: weights["topic made anew"] / 8, run: again });
  }
  return turns;
}

/** Only a topic that is shorter than what was read of the old one can be told from it. */
function canBeRemade(world: World, topic: TopicPartition): boolean {
  const flushed = world.disk.flushed(topic.partition);
  if (world.unsent.get(topic)!.length === 0 || flushed === undefined) return false;
  return flushed.next >= 2 && flushed.epoch === timesRemade(topic);
}
