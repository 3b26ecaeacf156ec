import { setTimeout as sleep } from "node:timers/promises";
import type { Member } from "./ingest-member.ts";
import type { StormEnd, StormWorld } from "./storm-world.ts";

export type Progress = (what: string) => void;

/** Records of a life before its end at the most. */
const LIFE_RECORDS = 3_000;

/** Kills ingest at `times` moments while it applies records as fast as it can. */
export async function killIngest(
  world: StormWorld,
  times: number,
  progress: Progress,
): Promise<StormEnd> {
  for (let kills = 1; kills <= times; kills++) {
    const ingest = await world.join();
    const last = world.positions.applied() + world.below(LIFE_RECORDS);
    await world.until("ingest applies records", () => world.positions.applied() > last);
    await sleep(world.below(20));
    await ingest.kill();
    progress(`${kills} of ${times} kills, ${world.positions.applied()} events applied`);
  }
  return world.settle();
}

export interface StopsEnd extends StormEnd {
  /** Stops of which the other member took everything over meanwhile. In the others the stopped
   *  process held the store's lock, and nobody wrote. */
  readonly takenOver: number;
}

/** How long the other member has to take over. */
const TAKEOVER_MS = 12_000;
const STOP_WITHIN_MS = 400;

export interface StopsOptions {
  readonly progress: Progress;
  readonly withoutFence?: boolean;
  /** So many stops with a takeover are enough. */
  readonly takeoversMax?: number;
}

/** Stops one of two members that share a store, for longer than its session, and lets it go on:
 *  `times` times, or until a position went back, which a store without its fence lets happen. */
export async function stopOwners(
  world: StormWorld,
  times: number,
  { progress, withoutFence = false, takeoversMax = times }: StopsOptions,
): Promise<StopsEnd> {
  const members = [await world.join({ withoutFence }), await world.join({ withoutFence })];
  let takenOver = 0;
  for (let stops = 1; stops <= times && takenOver < takeoversMax; stops++) {
    if (world.positions.wentBack > 0) break;
    const [stopped] = members;
    members.reverse();
    await movesOn(world);
    await sleep(world.below(STOP_WITHIN_MS));
    stopped!.stop();
    if (await othersMoveOn(world)) takenOver += 1;
    stopped!.goOn();
    await movesOn(world);
    progress(`${stops} of ${times} stops, ${takenOver} taken over`);
  }
  await Promise.all(members.map((member) => member.leave()));
  return { ...(await world.settle()), takenOver };
}

/** Whether every partition moves on within a member's session and the time to join anew. */
async function othersMoveOn({ positions }: StormWorld): Promise<boolean> {
  const untilMs = performance.now() + TAKEOVER_MS;
  await sleep(100);
  const before = positions.next();
  while (performance.now() < untilMs) {
    if (positions.next().every((next, partition) => next > before[partition]!)) return true;
    await sleep(10);
  }
  return false;
}

async function movesOn({ positions, until }: StormWorld): Promise<void> {
  const before = positions.next();
  await until("every partition moves on", () =>
    positions.next().every((next, partition) => next > before[partition]!),
  );
}

const CHANGE_EVERY_MS = 2_000;
const MEMBERS_MAX = 3;

/** Lets members join and leave every two seconds, `times` times. */
export async function rebalanceAll(
  world: StormWorld,
  times: number,
  progress: Progress,
): Promise<StormEnd> {
  const members: Member[] = [await world.join()];
  for (let changes = 1; changes <= times; changes++) {
    const next = sleep(CHANGE_EVERY_MS);
    const mustJoin = members.length === 1;
    const joins = mustJoin || (members.length < MEMBERS_MAX && world.below(2) === 0);
    if (joins) members.push(await world.join());
    else await members.splice(world.below(members.length), 1)[0]!.leave();
    await next;
    progress(`${changes} of ${times} changes, ${members.length} members`);
  }
  await Promise.all(members.map((member) => member.leave()));
  return world.settle();
}
