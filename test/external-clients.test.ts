import assert from "node:assert/strict";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { openLog } from "../cli/open-log.ts";
import { Failure } from "../core/domain/failure.ts";
import type { Offset } from "../core/domain/ids.ts";
import { LISTENING_TOPIC } from "../core/log/event-log.ts";
import { partitionOf } from "../core/log/partition-of.ts";
import { brokersForTests, stopBrokersForTests } from "../deploy/kafka/require-broker.ts";
import { decodeEvent } from "../ingest/decode.ts";
import { EventKind, ListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import type { LogPosition } from "../proto/gen/segue/v1/recommender.ts";
import { NextTracksRequest, type NextTracksResponse } from "../proto/gen/segue/v1/recommender.ts";
import { publishRandomBundle } from "./fixtures/random-bundle.ts";
import {
  type ExamplePlayer,
  goPlayer,
  goProducer,
  pythonPlayer,
  typescriptPlayer,
} from "./support/example-players.ts";
import { type RunningSegue, startSegue } from "./support/running-segue.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

after(stopBrokersForTests);

const PLAYS = 6;
/** Scores are printed with four decimals. */
const SCORE_TOLERANCE = 1e-4;

for (const [language, prepare] of [
  ["Python", pythonPlayer],
  ["Go", goPlayer],
  ["TypeScript", typescriptPlayer],
] as const) {
  test(`a player in ${language} gets the lists that we get`, async (t) => {
    const player = await preparedOrSkipped(t, prepare);
    if (player === undefined) return;
    const segue = await freshSegue();
    try {
      await assertSameLists(segue, player);
    } finally {
      await segue.stop();
    }
  });
}

test("a producer in Go writes events as ingest reads them, where they belong", async (t) => {
  const brokers = await brokersForTests();
  if (brokers === undefined) return t.skip("there is no broker");
  const producer = await preparedOrSkipped(t, goProducer);
  if (producer === undefined) return;
  const topicPrefix = `external-${process.pid}-`;
  const log = await openLog({ brokers, topicPrefix }, LISTENING_TOPIC);
  try {
    const [listener, track] = ["abroad", "track-7"] as const;
    const options = ["--brokers", brokers.join(","), "--topic", log.topic];
    const said = await producer.run([...options, "--listener", listener, "--track", track]);
    const partition = partitionOf(listener, log.partitions);
    assert.equal(said, `partition ${partition}\n`);
    const [record] = await log.read(partition, 0 as Offset, 10);
    const event = decodeEvent(record!);
    const { kind, playedMs } = event;
    assert.deepEqual(
      [event.listener, event.track, kind, playedMs],
      [listener, track, "finished", 215_000],
    );
  } finally {
    await log.close();
  }
});

test("the player in TypeScript plays on, and no list repeats what it has just heard", async () => {
  const [player, segue] = [await typescriptPlayer(temporaryFolder()), await freshSegue()];
  try {
    const options = ["--address", segue.address, "--listener", "at-home", "--plays", "3"];
    const lists = printedLists(await player.run(options));
    assert.deepEqual(
      lists.map((list) => list.length),
      [10, 10, 10, 10, 10],
    );
    for (const [index, list] of lists.slice(0, -1).entries()) {
      const [heard, next] = [list[0]!.track, lists[index + 1]!.map(({ track }) => track)];
      assert.ok(!next.includes(heard), `${heard} was just heard`);
    }
  } finally {
    await segue.stop();
  }
});

async function preparedOrSkipped(
  t: TestContext,
  prepare: (folder: string) => Promise<ExamplePlayer>,
): Promise<ExamplePlayer | undefined> {
  try {
    return await prepare(temporaryFolder());
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.code !== "dependency_missing") throw failure;
    process.stderr.write(`NOT TESTED: ${failure.message}\n`);
    t.skip(failure.message);
    return undefined;
  }
}

/** The player's skip is the only event between our two lists: each is to equal one of its two. */
async function assertSameLists(segue: RunningSegue, player: ExamplePlayer): Promise<void> {
  const listener = "abroad";
  const heard = await hearPlays(segue, listener);
  const before = await ask(segue, listener, heard);
  const printed = await player.run(["--address", segue.address, "--listener", listener]);
  const after = await ask(segue, listener);
  assert.equal(before.tracks.length, 10);
  assert.notDeepEqual(after.tracks, before.tracks, "the skip changed the list");
  const lists = printedLists(printed);
  assert.equal(lists.length, 2, printed);
  for (const [index, { tracks }] of [before, after].entries()) {
    const list = lists[index]!;
    assert.deepEqual(
      list.map(({ track }) => track),
      tracks.map(({ track }) => track),
    );
    for (const [place, { score }] of list.entries()) {
      assert.ok(Math.abs(score - tracks[place]!.score) <= SCORE_TOLERANCE, printed);
    }
  }
}

async function hearPlays({ client }: RunningSegue, listener: string): Promise<LogPosition> {
  const startedAtMs = Date.now() - PLAYS * 1_000;
  let position: LogPosition | undefined;
  for (let play = 0; play < PLAYS; play++) {
    const event = ListeningEvent.fromPartial({
      eventId: `play-${play}`,
      listener,
      track: `track-${play * 7}`,
      happenedAtMs: startedAtMs + play * 1_000,
      kind: EventKind.EVENT_KIND_FINISHED,
      playedMs: 200_000,
      trackMs: 200_000,
    });
    position = (await client.publish(event)).position;
  }
  return position!;
}

function ask(
  { client }: RunningSegue,
  listener: string,
  atLeast?: LogPosition,
): Promise<NextTracksResponse> {
  const blend = { shortTerm: 0.8, longTerm: 0.2 };
  return client.nextTracks(NextTracksRequest.fromPartial({ listener, k: 10, blend, atLeast }));
}

/** A title stands at the beginning of its line, the tracks below it do not. */
function printedLists(text: string): { readonly track: string; readonly score: number }[][] {
  const lists: { track: string; score: number }[][] = [];
  for (const line of text.trimEnd().split("\n")) {
    const [, track, score] = /^ +\d+ +(\S+) +(-?[\d.]+)$/.exec(line) ?? [];
    if (track === undefined) lists.push([]);
    else lists.at(-1)!.push({ track, score: Number(score) });
  }
  return lists;
}

async function freshSegue(): Promise<RunningSegue> {
  const folder = temporaryFolder();
  const bundle = join(folder, "bundle");
  const features = ["kind", "fraction_played", "gap"] as const;
  const sizes = { tracks: 500, dimension: 16, hidden: 16 };
  await publishRandomBundle(bundle, { ...sizes, features: [...features], seed: 1 });
  return startSegue({ home: join(folder, "home"), bundle });
}
