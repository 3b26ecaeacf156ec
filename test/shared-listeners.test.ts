import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Child } from "../cli/child-process.ts";
import { type Client, connectClient } from "../cli/recommender-client.ts";
import { freePort } from "../deploy/kafka/free-ports.ts";
import { brokersForTests, stopBrokersForTests } from "../deploy/kafka/require-broker.ts";
import { type NextTracksResponse, Rung } from "../proto/gen/segue/v1/recommender.ts";
import { type Hosts, openHosts, untilApplied } from "./support/hosts.ts";
import {
  BEGAN_AT_MS,
  type Delivery,
  deliveryOf,
  listeningEvent,
} from "./support/listening-records.ts";

const LISTENERS = 200;
const TRACKS = 50;
/** Events of one append, and the time until the next. */
const PART = 50;
const APPEND_EVERY_MS = 50;
const MOVED_MS = 2_000;
/** How long hosts may take to agree, on a busy machine. */
const PATIENCE_MS = 60_000;
const SESSION_MS = 2_000;

const brokers = await brokersForTests();
after(stopBrokersForTests);

if (brokers === undefined) {
  test("Kafka: listeners of several hosts", (context) => context.skip("there is no broker"));
} else {
  test("while partitions move, lists of either host are the owner's or a copy's", async (t) => {
    const hosts = await openHosts(brokers, `shared-${process.pid}.`);
    try {
      await moveUnderLoad(t, hosts);
    } finally {
      await hosts.close();
    }
  });
}

async function moveUnderLoad(t: TestContext, hosts: Hosts): Promise<void> {
  const first = await startHost(hosts, "first");
  const nextPart = endlessPlays();
  await hosts.append(nextPart(LISTENERS));
  await untilApplied(hosts, ["first"]);
  const moved = new AbortController();
  const loading = load(hosts, nextPart, moved.signal);
  const second = await startHost(hosts, "second");
  const lists = [askAll(first, moved.signal), askAll(second, moved.signal)];
  await sleep(MOVED_MS);
  await first.stopIngest();
  await sleep(MOVED_MS);
  await first.startIngest();
  await sleep(MOVED_MS);
  await second.killIngest();
  await sleep(MOVED_MS);
  await second.startIngest();
  await sleep(MOVED_MS);
  moved.abort();
  await loading;
  const all = (await Promise.all(lists)).flat();
  assert.deepEqual(all.filter(isOfNothing), [], "lists of listeners who are not known");
  const copies = all.filter(({ freshness }) => freshness!.fromStandby);
  assert.ok(copies.length < all.length);
  await untilApplied(hosts, ["first", "second"]);
  await untilAgreed([first, second]);
  const made = `${copies.length} of them from copies, 0 of nothing`;
  t.diagnostic(`figure: ${all.length} lists while 4 moves were made, ${made}`);
  for (const { client } of [first, second]) client.close();
}

interface Host {
  readonly address: string;
  readonly client: Client;
  startIngest(): Promise<void>;
  stopIngest(): Promise<void>;
  killIngest(): Promise<void>;
}

async function startHost(hosts: Hosts, name: string): Promise<Host> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const session = ["--session-timeout-ms", String(SESSION_MS)];
  const shared = ["--advertise", address];
  let ingest: Child;
  const startIngest = async () => {
    const kept = ["--changelog", "--standbys", "1"];
    ingest = await hosts.startIngest(name, ...shared, ...session, ...kept);
  };
  await startIngest();
  await hosts.startScorer(name, port, ...shared);
  return {
    address,
    client: connectClient(address),
    startIngest,
    stopIngest: () => ingest.stop(),
    async killIngest() {
      ingest.process.kill("SIGKILL");
      await ingest.stop();
    },
  };
}

/** Plays of all listeners in turn. */
function endlessPlays(): (count: number) => Delivery[] {
  let index = 0;
  return (count) =>
    Array.from({ length: count }, () => {
      const number = index++;
      const event = listeningEvent({
        eventId: `event-${number}`,
        listener: listenerOf(number),
        track: `track-${(number * 7) % TRACKS}`,
        happenedAtMs: BEGAN_AT_MS + number * 1_000,
      });
      return { ...deliveryOf(event), timestampMs: Date.now() };
    });
}

function listenerOf(number: number): string {
  return `listener-${number % LISTENERS}`;
}

async function load(
  hosts: Hosts,
  nextPart: (count: number) => Delivery[],
  moved: AbortSignal,
): Promise<void> {
  while (!moved.aborted) {
    await hosts.append(nextPart(PART));
    await sleep(APPEND_EVERY_MS);
  }
}

/** Asks for everybody's list, again and again. Every call is answered. */
async function askAll({ client }: Host, moved: AbortSignal): Promise<NextTracksResponse[]> {
  const lists: NextTracksResponse[] = [];
  for (let number = 0; !moved.aborted; number++) {
    lists.push(await client.nextTracks({ listener: listenerOf(number), k: 5 }));
    await sleep(2);
  }
  return lists;
}

function isOfNothing({ rung }: NextTracksResponse): boolean {
  return rung === Rung.RUNG_POPULARITY;
}

/** Resolves once both hosts give each listener the same list, made by the owner. */
async function untilAgreed(hosts: readonly Host[]): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  for (let number = 0; number < LISTENERS; ) {
    const lists = await Promise.all(
      hosts.map(({ client }) => client.nextTracks({ listener: listenerOf(number), k: 10 })),
    );
    const [one, other] = lists.map(({ answeredBy, freshness, tracks }) => {
      const { fromStandby, seen } = freshness!;
      return JSON.stringify([answeredBy, fromStandby, seen, tracks.map(({ track }) => track)]);
    });
    if (one === other && !lists[0]!.freshness!.fromStandby) number += 1;
    else if (performance.now() > untilMs) throw new Error(`no agreement: ${one} and ${other}`);
    else await sleep(100);
  }
}
