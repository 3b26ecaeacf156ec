import type { Sweep } from "../../ingest/sweep-idle.ts";
import { append, type TopicPartition, timesRemade } from "./broker.ts";
import type { Host } from "./host.ts";
import { canFetch, deliver, fetch, isExpected, type Reading } from "./reading.ts";
import { isOwner, report, startHost, type World } from "./world.ts";

/** Something that may happen next. */
export interface Turn {
  readonly name: string;
  readonly weight: number;
  run(): void | Promise<void>;
}

/** What may happen next without any fault. `overlap` lets an engine deliver again what it
 *  delivered before. */
export function workTurns(world: World, { overlap }: { readonly overlap: boolean }): Turn[] {
  const turns: Turn[] = [];
  for (const { host } of world.hosts.values()) {
    if (!host.isAlive()) {
      const run = () => startHost(world, host.name);
      turns.push({ name: `${host.name} starts`, weight: 2, run });
    } else if (!host.stopped) {
      for (const step of host.waiting) {
        turns.push({ name: `${host.name} goes on: ${step.kind}`, weight: 6, run: step.go });
      }
    }
  }
  if (world.broker.away) return turns;
  for (const reading of world.readings) turns.push(...readingTurns(world, reading, overlap));
  for (const [topic, unsent] of world.unsent) {
    if (unsent.length === 0 || isHeld(world, topic)) continue;
    const run = () => append(topic, unsent.shift()!);
    turns.push({ name: `partition ${topic.partition} gets a record`, weight: 3, run });
  }
  return turns;
}

/** A process may evict idle listeners at any time, one look after the other. */
export function sweepTurns(world: World): Turn[] {
  if (world.evictAfterMs === undefined) return [];
  const awake = [...world.hosts.values()].filter(({ host }) => host.isAlive() && !host.stopped);
  return awake.flatMap((one) => (sweeping.has(one.host) ? [] : sweepTurn(world, one)));
}

const sweeping = new WeakSet<Host>();

function sweepTurn(world: World, { host, sweep }: { host: Host; sweep: Sweep }): Turn {
  const run = () => {
    sweeping.add(host);
    sweep
      .look()
      .catch((error: unknown) => {
        if (!isExpected(error)) report(world, `${host.name} cannot sweep: ${error}`);
      })
      .finally(() => sweeping.delete(host));
  };
  return { name: `${host.name} sweeps`, weight: 4, run };
}

/** A topic that was made anew stays shorter than the old one until that is written down: an offset
 *  alone cannot tell two topics of one name apart. */
function isHeld(world: World, topic: TopicPartition): boolean {
  return (world.disk.flushed(topic.partition)?.epoch ?? 0) !== timesRemade(topic);
}

function readingTurns(world: World, reading: Reading, overlap: boolean): Turn[] {
  const { chance, disk } = world;
  const { host, topic, fetched, underWay, done } = reading;
  const place = `${host.name} ${topic.partition}`;
  const turns: Turn[] = [];
  if (canFetch(reading)) {
    const run = () => {
      const again = overlap && chance.happens(0.3) ? 1 + chance.below(6) : 0;
      fetch(reading, { recordsMax: 1 + chance.below(8), again });
    };
    turns.push({ name: `${place} fetches`, weight: 4, run });
  }
  if (fetched !== undefined && !underWay && !host.stopped) {
    const onError = (error: unknown) => report(world, `${place} failed: ${error}`);
    const run = () => deliver(reading, disk.visible(topic.partition), onError);
    turns.push({ name: `${place} hears from ${fetched.batch.records[0]!.offset}`, weight: 4, run });
  }
  if (done !== undefined && !host.stopped) {
    turns.push({
      name: `${place} commits ${done.next}`,
      weight: 2,
      run: () => commit(world, reading),
    });
  }
  return turns;
}

/** Commits for display, which the broker takes of an owner alone. What is committed is on the
 *  disk. */
function commit(world: World, reading: Reading): void {
  const { topic, done } = reading;
  const { next, remade } = done!;
  reading.done = undefined;
  const flushed = world.disk.flushed(topic.partition) ?? { epoch: 0, next: 0 };
  const isDurable = flushed.epoch > remade || (flushed.epoch === remade && flushed.next >= next);
  if (!isDurable) report(world, `offset ${next} was committed before it was on the disk`);
  if (isOwner(reading) && remade === timesRemade(topic)) topic.committed = next;
}
