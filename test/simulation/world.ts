import type { LogNoticeListener } from "../../core/log/log-notice.ts";
import type { AppliedPosition } from "../../core/state/session-store.ts";
import {
  createBroker,
  partitionFor,
  recordsIn,
  type SimulatedBroker,
  type TopicPartition,
  timesRemade,
} from "./broker.ts";
import type { Chance } from "./chance.ts";
import { createDisk, type Disk, type PositionChange } from "./disk.ts";
import { createHost, type Host } from "./host.ts";
import { type SimulatedIngest, startIngestIn } from "./ingest-host.ts";
import { type SentRecord, sentRecords } from "./listening.ts";
import { type Reading, startReading } from "./reading.ts";

/** All that there is in one simulated run. */
export interface World {
  readonly chance: Chance;
  readonly broker: SimulatedBroker;
  readonly disk: Disk;
  /** The processes by name; one that was killed stays until it is started again. */
  readonly hosts: Map<string, SimulatedIngest & { readonly host: Host }>;
  /** How long after their last event listeners are idle. */
  readonly evictAfterMs: number | undefined;
  readings: Reading[];
  /** What producers have yet to send, by partition. */
  readonly unsent: Map<TopicPartition, SentRecord[]>;
  /** What was found wrong first. */
  violation: string | undefined;
}

/** What is known of listeners; see `listening.ts`. */
const PERSONAL = /\b(ann|bob|cleo|dan|eve|morning|evening)\b|(event|track)-\d/;
const HOST_NAMES = ["a", "b", "c"];

export async function createWorld(
  chance: Chance,
  evictAfterMs: number | undefined,
): Promise<World> {
  const partitions = 1 + chance.below(3);
  const broker = createBroker(partitions);
  const world: World = {
    chance,
    broker,
    disk: createDisk(partitions, (change) => checkOwner(world, change)),
    hosts: new Map(),
    evictAfterMs,
    readings: [],
    unsent: new Map(broker.partitions.map((topic) => [topic, []])),
    violation: undefined,
  };
  for (const record of sentRecords(chance)) {
    world.unsent.get(partitionFor(broker, record))!.push(record);
  }
  for (const topic of broker.partitions) topic.owner = chance.pick(HOST_NAMES);
  for (const name of HOST_NAMES.slice(0, 2 + chance.below(2))) await startHost(world, name);
  for (const topic of broker.partitions) giveTo(world, topic, chance.pick([...world.hosts.keys()]));
  return world;
}

/** Starts a process, which is given the partitions that the group holds for its name. */
export async function startHost(world: World, name: string): Promise<void> {
  const host = createHost(name);
  const owned = () =>
    world.readings.filter((one) => one.host === host).map(({ topic }) => topic.partition);
  const onNotice: LogNoticeListener = ({ message }) => {
    if (PERSONAL.test(message)) report(world, `a notice names somebody: ${message}`);
  };
  world.hosts.set(name, { host, ...(await startIngestIn(host, { ...world, owned, onNotice })) });
  for (const topic of world.broker.partitions) {
    if (topic.owner === name) giveTo(world, topic, name);
  }
}

/** The group gives a partition to another process. The one before is not told here: until it is,
 *  it goes on. */
export function giveTo(world: World, topic: TopicPartition, name: string): void {
  topic.owner = name;
  const { host, reader } = world.hosts.get(name)!;
  if (!host.isAlive()) return;
  const known = world.readings.find((one) => one.host === host && one.topic === topic);
  if (known === undefined) world.readings.push(startReading(host, topic, reader));
  else known.position = undefined;
}

/** Tells a process that a partition is another's by now. */
export function tell(world: World, reading: Reading): void {
  world.readings = world.readings.filter((one) => one !== reading);
  reading.abort.abort();
  reading.reader.onRevoked?.([reading.topic.partition]);
}

export function killHost(world: World, { host }: { readonly host: Host }): void {
  world.readings = world.readings.filter((reading) => reading.host !== host);
  host.kill();
}

export function isOwner({ host, topic }: Reading): boolean {
  return topic.owner === host.name;
}

/** Whether the store has heard all of a partition, and so that a power cut changes nothing. */
export function isApplied(world: World, topic: TopicPartition): boolean {
  if (world.unsent.get(topic)!.length > 0) return false;
  const next = recordsIn(topic).length;
  const flushed = world.disk.flushed(topic.partition);
  return next === 0 || (flushed?.next === next && flushed.epoch === timesRemade(topic));
}

export function report(world: World, violation: string): void {
  world.violation ??= violation;
}

/** No process writes but on what it read: one that was overtaken never does. */
function checkOwner(world: World, { host, partition, before, after }: PositionChange): void {
  const writes = ({ underWay, host: other, topic }: Reading) =>
    underWay && other === host && topic.partition === partition;
  // A process that was told goes on with the batch that is under way.
  const reading = world.readings.find(writes);
  if (reading === undefined) return;
  if (!isSame(reading.beganAt, before)) {
    report(world, `${host.name} wrote partition ${partition} though it had been overtaken`);
  }
  reading.beganAt = after;
}

function isSame(one: AppliedPosition | undefined, other: AppliedPosition | undefined): boolean {
  return one?.epoch === other?.epoch && one?.next === other?.next;
}
