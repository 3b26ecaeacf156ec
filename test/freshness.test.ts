import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { LISTENING_TOPIC } from "../core/log/event-log.ts";
import { brokersForTests, stopBrokersForTests } from "../deploy/kafka/require-broker.ts";
import { ListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import type { NextTracksResponse } from "../proto/gen/segue/v1/recommender.ts";
import { publishRandomBundle } from "./fixtures/random-bundle.ts";
import { type RunningSegue, type SegueOptions, startSegue } from "./support/running-segue.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const LISTENER = "curious";
const ROUNDS = 25;
const TRACKS = 500;
/** How long a list may take to change before the test calls it lost. */
const PATIENCE_MS = 15_000;

after(stopBrokersForTests);

const ROOT = join(import.meta.dirname, "..");

test("on the embedded log an event sent with grpcurl changes the next reply", async (t) => {
  const segue = await freshSegue({});
  try {
    const send = installed("grpcurl") ? grpcurl(segue) : gatewayClient(t, segue);
    await measure(t, segue, send);
  } finally {
    await segue.stop();
  }
});

test("on Kafka an event sent with kcat changes the next reply", async (t) => {
  const brokers = await brokersForTests();
  if (brokers === undefined) return t.skip("there is no broker");
  if (!installed("kcat")) return t.skip("kcat is not installed");
  const topicPrefix = `fresh-${process.pid}-`;
  const segue = await freshSegue({ brokers, topicPrefix });
  try {
    await measure(t, segue, (event) => kcat(brokers, `${topicPrefix}${LISTENING_TOPIC}`, event));
  } finally {
    await segue.stop();
  }
});

type Send = (event: ListeningEvent) => Promise<void>;

/** Sends events one by one; each must change the list, and the times it took are printed. */
async function measure(t: TestContext, segue: RunningSegue, send: Send): Promise<void> {
  const fromStartMs: number[] = [];
  const fromSentMs: number[] = [];
  let before = await ask(segue);
  for (let round = 0; round < ROUNDS; round++) {
    const event = playOf(before.tracks[round % 5]!.track, round);
    const startedAtMs = performance.now();
    const sent = send(event).then(() => performance.now());
    const after = await changedList(segue, before);
    const changedAtMs = performance.now();
    fromStartMs.push(changedAtMs - startedAtMs);
    fromSentMs.push(Math.max(0, changedAtMs - (await sent)));
    assert.notDeepEqual(tracksOf(after), tracksOf(before), "the list changed");
    assert.ok(!tracksOf(after).includes(event.track), "what was just heard is not in it");
    before = after;
  }
  t.diagnostic(`from the sender's start to the changed list: ${percentiles(fromStartMs)}`);
  t.diagnostic(`from the sender's end to the changed list: ${percentiles(fromSentMs)}`);
}

async function changedList(segue: RunningSegue, before: NextTracksResponse) {
  const untilMs = performance.now() + PATIENCE_MS;
  const seen = before.freshness?.seen?.offset ?? -1;
  while (performance.now() < untilMs) {
    const reply = await ask(segue);
    if ((reply.freshness?.seen?.offset ?? -1) > seen) return reply;
  }
  throw new Error("the event never reached a list");
}

function ask({ client }: RunningSegue): Promise<NextTracksResponse> {
  return client.nextTracks({ listener: LISTENER, k: 20 });
}

function tracksOf({ tracks }: NextTracksResponse): string[] {
  return tracks.map(({ track }) => track);
}

function playOf(track: string, round: number): ListeningEvent {
  return ListeningEvent.fromPartial({
    eventId: `event-${round}`,
    listener: LISTENER,
    track,
    happenedAtMs: Date.now(),
    kind: round % 2 === 0 ? 2 : 3,
    playedMs: 60_000,
    trackMs: 200_000,
  });
}

async function freshSegue(options: Partial<SegueOptions>): Promise<RunningSegue> {
  const folder = temporaryFolder();
  const bundle = join(folder, "bundle");
  const features = ["kind", "fraction_played", "gap"] as const;
  await publishRandomBundle(bundle, {
    tracks: TRACKS,
    dimension: 16,
    hidden: 16,
    features: [...features],
    seed: 1,
  });
  return startSegue({ ...options, home: join(folder, "home"), bundle });
}

function installed(tool: string): boolean {
  const found = spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0;
  if (!found) process.stderr.write(`NOT TESTED with ${tool}: it is not installed\n`);
  return found;
}

/** Where grpcurl is absent, the same call through this process's own client. */
function gatewayClient(t: TestContext, { client }: RunningSegue): Send {
  t.diagnostic("grpcurl is not installed: the project's client publishes instead");
  return async (event) => {
    await client.publish(event);
  };
}

function grpcurl({ address }: RunningSegue): Send {
  // A scorer tells its contracts only where it is asked to.
  const contracts = ["-import-path", join(ROOT, "proto"), "-proto", "segue/v1/gateway.proto"];
  const call = ["-plaintext", ...contracts, "-d", "@", address, "segue.v1.EventGateway/Publish"];
  return (event) => pipe("grpcurl", call, JSON.stringify({ event: ListeningEvent.toJSON(event) }));
}

function kcat(brokers: readonly string[], topic: string, event: ListeningEvent): Promise<void> {
  const how = ["-H", "content-type=application/json", "-X", "topic.partitioner=murmur2_random"];
  const to = ["-P", "-b", brokers.join(","), "-t", topic, "-k", event.listener];
  return pipe("kcat", [...to, ...how], JSON.stringify(ListeningEvent.toJSON(event)));
}

async function pipe(tool: string, args: readonly string[], input: string): Promise<void> {
  const child = spawn(tool, args, { stdio: ["pipe", "ignore", "inherit"] });
  child.stdin.end(input);
  const [code] = await once(child, "exit");
  assert.equal(code, 0, `${tool} did its work`);
}

function percentiles(valuesMs: readonly number[]): string {
  const sorted = valuesMs.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!.toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms of ${sorted.length}`;
}
