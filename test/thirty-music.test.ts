import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { appendEvents } from "../cli/log-target.ts";
import { openLog } from "../cli/open-log.ts";
import type { ListenerId } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import { LISTENING_TOPIC } from "../core/log/event-log.ts";
import { readLogFolder } from "../core/log-folder/read-log-folder.ts";
import { writeLogFolder } from "../core/log-folder/write-log-folder.ts";
import { brokersForTests, stopBrokersForTests } from "../deploy/kafka/require-broker.ts";
import type { LogPosition } from "../proto/gen/segue/v1/recommender.ts";
import { parseTrainingConfig } from "../trainer/config.ts";
import { evaluate } from "../trainer/evaluate/evaluate.ts";
import { type RankCounts, rankCountsOf, rankFigures } from "../trainer/evaluate/rank-counts.ts";
import { importLog } from "../trainer/import/import-log.ts";
import { train } from "../trainer/train.ts";
import { listeningData } from "./support/listening-data.ts";
import { type RunningSegue, startSegue } from "./support/running-segue.ts";

const EVENTS = 2_500;
const PREDICTIONS_MIN = 1_000;
/** Listeners that are replayed side by side; each hears their own events in order. */
const LANES = 8;

after(stopBrokersForTests);

test("lists over gRPC behind real Kafka have the very recall that evaluate prints", async (t) => {
  const learned = listeningData("30music", [
    "window-0.tsv.gz",
    "window-1.tsv.gz",
    "window-2.tsv.gz",
  ]);
  const played = listeningData("30music", ["window-3.tsv.gz"]);
  const brokers = await brokersForTests();
  if (learned === undefined || played === undefined || brokers === undefined) {
    return t.skip("its data or its broker is absent");
  }
  const folder = await mkdtemp(join(tmpdir(), "segue-30music-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const bundle = await trainedBundle(folder, learned);
  const log = await firstEvents(folder, played);
  const expected = await evaluate({ bundleFolder: bundle, logFolder: log, progress: () => {} });

  const topicPrefix = `music-${process.pid}-`;
  const segue = await startSegue({ home: join(folder, "home"), bundle, brokers, topicPrefix });
  t.after(() => segue.stop());
  const kafka = await openLog({ brokers, topicPrefix }, LISTENING_TOPIC);
  t.after(() => kafka.close());
  const publish = async (event: ListeningEvent) => (await appendEvents(kafka, [event]))[0]!;
  const served = rankFigures(await replayLive(t, log, segue, publish));

  assert.ok(served.predictions >= PREDICTIONS_MIN, `${served.predictions} predictions`);
  assert.deepEqual(served, {
    predictions: expected.predictions,
    "recall@1": expected["recall@1"],
    "recall@5": expected["recall@5"],
    "recall@20": expected["recall@20"],
    "mrr@20": expected["mrr@20"],
  });
  assert.ok(served["recall@20"] > 0.05, "the lists hold what came next, now and then");
});

async function trainedBundle(folder: string, files: readonly string[]): Promise<string> {
  const [log, bundle] = [join(folder, "learned"), join(folder, "bundle")];
  await importLog({ format: "30music", files, out: log });
  const epochs = { epochs: 3 };
  const config = parseTrainingConfig({ refit: false, short: epochs, long: epochs });
  await train({ logFolder: log, outFolder: bundle, config, seed: 1 });
  return bundle;
}

async function firstEvents(folder: string, files: readonly string[]): Promise<string> {
  const [all, some] = [join(folder, "played"), join(folder, "played-first")];
  await importLog({ format: "30music", files, out: all });
  const writer = await writeLogFolder(some, { name: "first", clock: "real", madeBy: {} });
  let count = 0;
  for await (const event of readLogFolder(all)) {
    if (count++ === EVENTS) break;
    await writer.event(event);
  }
  await writer.close();
  return some;
}

/** Asks before every event but the first of its session, then sends the event; the next question
 *  waits until it was heard. */
async function replayLive(
  t: TestContext,
  log: string,
  segue: RunningSegue,
  publish: (event: ListeningEvent) => Promise<LogPosition>,
): Promise<RankCounts> {
  const listeners = new Map<ListenerId, ListeningEvent[]>();
  for await (const event of readLogFolder(log)) {
    const events = listeners.get(event.listener) ?? [];
    listeners.set(event.listener, events);
    events.push(event);
  }
  const waiting = [...listeners.values()];
  const ranks: number[] = [];
  async function lane(): Promise<void> {
    for (let events = waiting.shift(); events !== undefined; events = waiting.shift()) {
      let heard: LogPosition | undefined;
      for (const [index, event] of events.entries()) {
        if (index > 0 && events[index - 1]!.session === event.session) {
          const list = await nextTracks(segue, event, heard);
          ranks.push(1 + list.indexOf(event.track));
        }
        heard = await publish(event);
      }
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane));
  t.diagnostic(`${ranks.length} lists over gRPC for ${listeners.size} listeners`);
  return rankCountsOf(Uint8Array.from(ranks));
}

async function nextTracks(
  { client }: RunningSegue,
  event: ListeningEvent,
  atLeast: LogPosition | undefined,
): Promise<string[]> {
  const { tracks, freshness } = await client.nextTracks({
    listener: event.listener,
    session: event.session,
    k: 20,
    excludeHeard: 0,
    atLeast,
    askedAtMs: event.happenedAtMs,
  });
  assert.ok(freshness?.caughtUp, "the scorer heard the listener's last event in time");
  return tracks.map(({ track }) => track);
}
