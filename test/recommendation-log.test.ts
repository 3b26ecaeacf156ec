import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { grpcAddress, startChild } from "../cli/child-process.ts";
import { connectClient } from "../cli/recommender-client.ts";
import type { ListenerId, Partition } from "../core/domain/ids.ts";
import { openEmbeddedLog } from "../core/log/embedded-log.ts";
import { RECOMMENDATION_TOPIC } from "../core/log/event-log.ts";
import { listenerHash } from "../scorer/experiments/listener-hash.ts";
import type { LoggedList } from "../scorer/experiments/logged-list.ts";
import { decodeLoggedList } from "../scorer/experiments/logged-list-wire.ts";
import { publishRandomBundle } from "./fixtures/random-bundle.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const PARTITIONS = 4;
const LISTENERS = Array.from({ length: 30 }, (_, at) => `listener-${at}` as ListenerId);
const folder = temporaryFolder();
const bundle = join(folder, "bundle");
await publishRandomBundle(bundle, { tracks: 40, dimension: 4, hidden: 4, features: [], seed: 1 });

test("every list that was sent is in the log when the scorer has ended", async () => {
  const home = join(folder, "home");
  const args = ["--home", home, "--bundle", bundle, "--port", "0"];
  process.env.SEGUE_LISTENER_SALT = "pepper";
  const scorer = await startChild("serve", [...args, "--recommendation-log", "full"]);
  delete process.env.SEGUE_LISTENER_SALT;
  const client = connectClient(grpcAddress(scorer));
  const replies = await Promise.all(
    LISTENERS.map((listener) => client.nextTracks({ listener, k: 3 })),
  );
  client.close();
  await scorer.stop();
  const logged = await listsOf(join(home, "log"));
  assert.equal(logged.length, replies.length);
  for (const [at, reply] of replies.entries()) {
    const list = logged.find(({ id }) => id === reply.recommendationId)!;
    assert.equal(list.listener, listenerHash(LISTENERS[at]!, "pepper"));
    assert.deepEqual(
      list.tracks.map(({ track, score, propensity }) => ({ track, score, propensity })),
      reply.tracks.map(({ track, score, propensity }) => ({ track, score, propensity })),
    );
  }
});

test("a word that is no way of logging stops the start with its option", async () => {
  const args = ["--home", join(folder, "other"), "--bundle", bundle, "--port", "0"];
  const started = startChild("serve", [...args, "--recommendation-log", "some"]);
  await assert.rejects(started, /did not start: it ended with 3/);
});

async function listsOf(logFolder: string): Promise<LoggedList[]> {
  const log = await openEmbeddedLog({
    folder: logFolder,
    topic: RECOMMENDATION_TOPIC,
    partitions: PARTITIONS,
  });
  const lists: LoggedList[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const { first } = await log.watermarks(partition as Partition);
    const records = await log.read(partition as Partition, first, 1_000);
    for (const { value } of records) lists.push(decodeLoggedList(value!));
  }
  await log.close();
  return lists;
}
