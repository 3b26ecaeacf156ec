import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, connectClient } from "../../cli/recommender-client.ts";
import type { Partition } from "../../core/domain/ids.ts";
import { openLmdbReader } from "../../core/state/lmdb-reader.ts";
import { freePort } from "../../deploy/kafka/free-ports.ts";
import { type NextTracksResponse, Rung } from "../../proto/gen/segue/v1/recommender.ts";
import { type Chance, chanceOf } from "../simulation/chance.ts";
import { type Hosts, openHosts, replayDigest, unionOf, untilApplied } from "../support/hosts.ts";
import {
  BEGAN_AT_MS,
  type Delivery,
  deliveryOf,
  listeningEvent,
} from "../support/listening-records.ts";
import { keepAsking } from "./keep-asking.ts";
import { type StormHost, startStormHost } from "./storm-host.ts";
import type { Progress } from "./storms.ts";

export interface EndHostsOptions {
  readonly brokers: readonly string[];
  /** How many hosts there are, and how many follow each partition beside its owner. */
  readonly hosts: number;
  readonly standbys: number;
  readonly times: number;
  readonly seed: number;
  /** The file that gets what the hosts say. */
  readonly said: string;
  readonly progress: Progress;
}

export interface EndHostsEnd {
  readonly events: number;
  /** Whether the owners' stores together equal an undisturbed replay's, byte for byte. */
  readonly isEqual: boolean;
  /** How often the host that was ended came back with an empty folder. */
  readonly emptied: number;
  readonly answered: number;
  /** Lists that said that they were made from a copy. */
  readonly fromCopies: number;
  /** Lists of nobody in particular, though every listener was heard. */
  readonly fromNothing: number;
  readonly failed: number;
  /** From each end until the others had applied all that was appended by then, milliseconds. */
  readonly takeoversMs: readonly number[];
}

const LISTENERS = 300;
const TRACKS = 50;
/** Events of one append, and the time until the next: 2,000 a second. */
const PART = 100;
const APPEND_EVERY_MS = 50;
/** Appends after each of which the log loses what the changelog has. */
const TRIM_EVERY = 10;
/** One event in so many is a producer's retry. */
const REPEATED = 20;
const ASK_EVERY_MS = 5;
/** So long at most between two of a storm's doings. */
const PAUSE_MS = 1_500;
const PATIENCE_MS = 120_000;
const LOOK_MS = 10;

/** Ends one of several hosts whole, all of its processes at once, and starts it again after others
 *  have taken over, with its folder as it was or without: `times` times, under load, while the
 *  others are asked for lists. */
export async function endHosts(options: EndHostsOptions): Promise<EndHostsEnd> {
  const chance = chanceOf(options.seed, "hosts");
  const hosts = await openHosts(options.brokers, `ended-${process.pid}-${options.seed}.`);
  const members = await Promise.all(
    Array.from({ length: options.hosts }, (_, index) => newMember(hosts, `host-${index}`, options)),
  );
  const lists = { answered: 0, fromCopies: 0, fromNothing: 0, failed: 0 };
  const loaded = new AbortController();
  let loading = Promise.resolve();
  try {
    for (const member of members) await member.start();
    await hosts.append(everybody());
    loading = load(hosts, endlessPlays(chance), loaded.signal);
    const ends = await endAll({ hosts, members, lists, chance }, options);
    loaded.abort();
    await loading;
    const names = members.map(({ name }) => name);
    await untilApplied(hosts, names);
    for (const member of members) await member.leave();
    const union = await unionOf(hosts, names);
    const isEqual = (await union.digest()) === (await replayDigest(hosts));
    const events = endsOf(hosts).reduce((sum, end) => sum + end, 0);
    return { events, isEqual, ...lists, ...ends };
  } finally {
    loaded.abort();
    await loading;
    for (const member of members) await member.kill();
    await hosts.close();
  }
}

interface Storm {
  readonly hosts: Hosts;
  readonly members: readonly Member[];
  readonly lists: Lists;
  readonly chance: Chance;
}

async function endAll(
  { hosts, members, lists, chance }: Storm,
  { times, standbys, progress }: EndHostsOptions,
): Promise<Pick<EndHostsEnd, "emptied" | "takeoversMs">> {
  const copies = Math.min(members.length, standbys + 1);
  /** Resolves once so many hosts have, of every partition, all that is appended by now. */
  const untilThere = async (least: number, what: string) => {
    const ends = endsOf(hosts);
    const isThere = () =>
      ends.every((end, at) => members.filter((one) => one.reached(at) >= end).length >= least);
    const untilMs = performance.now() + PATIENCE_MS;
    while (!isThere()) {
      if (performance.now() > untilMs) throw new Error(`waited in vain: ${what}`);
      await sleep(LOOK_MS);
    }
  };
  await untilThere(copies, "every partition has its copies");
  for (const member of members) member.ask(lists);
  const takeoversMs: number[] = [];
  let emptied = 0;
  for (let time = 1; time <= times; time++) {
    await sleep(chance.below(PAUSE_MS));
    const ended = chance.pick(members);
    await ended.kill();
    const endedMs = performance.now();
    await untilThere(1, "the others take over");
    takeoversMs.push(Math.round(performance.now() - endedMs));
    await sleep(chance.below(PAUSE_MS));
    if (chance.happens(0.5)) {
      ended.empty();
      emptied += 1;
    }
    await ended.start();
    ended.ask(lists);
    await untilThere(copies, "every partition has its copies again");
    const { answered, fromCopies, fromNothing } = lists;
    const told = `${answered} lists, ${fromCopies} from copies, ${fromNothing} from nothing`;
    progress(`${time} of ${times} ends, taken over in ${takeoversMs.at(-1)} ms, ${told}`);
  }
  return { emptied, takeoversMs };
}

type Lists = { -readonly [Name in "answered" | "fromCopies" | "fromNothing" | "failed"]: number };

interface Member {
  readonly name: string;
  /** The offset that its store would read next of a partition; -1 while it does not run. */
  reached(partition: number): number;
  start(): Promise<void>;
  /** Asks it for lists until it is ended. */
  ask(lists: Lists): void;
  kill(): Promise<void>;
  leave(): Promise<void>;
  /** Removes all that it has on its disk. */
  empty(): void;
}

async function newMember(
  hosts: Hosts,
  name: string,
  { standbys, said }: EndHostsOptions,
): Promise<Member> {
  const port = await freePort();
  const folder = hosts.state(name);
  let host: StormHost | undefined;
  let reader: ReturnType<typeof openLmdbReader> | undefined;
  let asking: ReturnType<typeof startAsking> | undefined;
  const quiet = async () => {
    await asking?.stop();
    asking = undefined;
    await reader?.close();
    reader = undefined;
  };
  return {
    name,
    reached: (partition) =>
      reader === undefined ? -1 : (reader.position(partition as Partition)?.next ?? -1),
    async start() {
      host = await startStormHost({ port, standbys, args: hosts.args(name), said });
      reader = openLmdbReader(folder);
    },
    ask(lists) {
      asking = startAsking(connectClient(`127.0.0.1:${port}`, { ownConnection: true }), lists);
    },
    async kill() {
      await quiet();
      await host?.kill();
      host = undefined;
    },
    async leave() {
      await quiet();
      await host?.leave();
      host = undefined;
    },
    empty: () => rmSync(dirname(folder), { recursive: true }),
  };
}

/** Asks for everybody's list, again and again. */
function startAsking(client: Client, lists: Lists) {
  const asking = keepAsking(async (number) => {
    try {
      const reply = await client.nextTracks({ listener: listenerAt(number % LISTENERS), k: 5 });
      lists.answered += 1;
      if (reply.freshness?.fromStandby) lists.fromCopies += 1;
      if (isFromNothing(reply)) lists.fromNothing += 1;
    } catch {
      lists.failed += 1;
    }
  }, ASK_EVERY_MS);
  return {
    async stop() {
      await asking.stop();
      client.close();
    },
  };
}

/** A hurried list may be one of popularity alone, and yet remembers its listener; it says what it
 *  had to go without. */
function isFromNothing({ rung, memorySinceMs, leftOut }: NextTracksResponse): boolean {
  const isOfAnybody = rung === Rung.RUNG_POPULARITY && memorySinceMs === undefined;
  return isOfAnybody && leftOut.length === 0;
}

async function load(hosts: Hosts, nextPart: () => Delivery[], ended: AbortSignal): Promise<void> {
  for (let parts = 1; !ended.aborted; parts++) {
    await hosts.append(nextPart());
    // What an empty host needs is then in the changelog alone.
    if (parts % TRIM_EVERY === 0) await hosts.trim();
    await sleep(APPEND_EVERY_MS);
  }
}

function everybody(): Delivery[] {
  return Array.from({ length: LISTENERS }, (_, number) => playAt(number - LISTENERS, number, 0));
}

/** Plays of drawn listeners, some of which are sent twice. */
function endlessPlays(chance: Chance): () => Delivery[] {
  let number = 0;
  let last: Delivery | undefined;
  return () =>
    Array.from({ length: PART }, () => {
      const isAgain = last !== undefined && chance.below(REPEATED) === 0;
      last = isAgain ? last! : playAt(number++, chance.below(LISTENERS), chance.below(TRACKS));
      return { ...last, timestampMs: Date.now() };
    });
}

function playAt(number: number, listener: number, track: number): Delivery {
  const event = listeningEvent({
    eventId: `event-${number}`,
    listener: listenerAt(listener),
    track: `track-${track}`,
    happenedAtMs: BEGAN_AT_MS + number * 1_000,
  });
  return { ...deliveryOf(event), timestampMs: Date.now() };
}

function listenerAt(number: number): string {
  return `listener-${number}`;
}

function endsOf({ appended }: Hosts): number[] {
  return appended.map((records) => records.length);
}
