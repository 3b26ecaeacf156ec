import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, healthPortOf, startChild } from "../cli/child-process.ts";
import { connectClient } from "../cli/recommender-client.ts";
import type { Partition } from "../core/domain/ids.ts";
import {
  CATALOGUE_TOPIC,
  DEAD_LETTER_TOPIC,
  type EventLog,
  LISTENING_TOPIC,
  RECOMMENDATION_TOPIC,
} from "../core/log/event-log.ts";
import { openKafkaLog } from "../core/log/kafka-log.ts";
import { grantRights, type Right } from "../core/log/kafka-rights.fixture.ts";
import { ADMIN, makeBrokerSecurity } from "../deploy/kafka/broker-security.ts";
import { freePort } from "../deploy/kafka/free-ports.ts";
import { ownBrokerForTests } from "../deploy/kafka/require-broker.ts";
import { CHANGELOG_TOPIC } from "../ingest/changelog/changelog-records.ts";
import { INGEST_GROUP } from "../ingest/consume.ts";
import { ListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import { publishRandomBundle } from "./fixtures/random-bundle.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const PASSWORD = "words-that-nobody-guesses";
const users = { [ADMIN]: PASSWORD, ingest: PASSWORD, serve: PASSWORD };
/** Those of docs/kafka.md, where the topics are there already. */
const RIGHTS: readonly Right[] = [
  right("ingest", "topic", LISTENING_TOPIC, "READ", "DESCRIBE_CONFIGS"),
  right("ingest", "topic", CATALOGUE_TOPIC, "READ", "DESCRIBE_CONFIGS"),
  right("ingest", "topic", DEAD_LETTER_TOPIC, "WRITE", "DESCRIBE_CONFIGS"),
  right("ingest", "group", "segue-*", "READ"),
  right("ingest", "topic", CHANGELOG_TOPIC, "READ", "WRITE", "DESCRIBE_CONFIGS"),
  right("ingest", "transactional id", `${CHANGELOG_TOPIC}-*`, "WRITE"),
  right("serve", "topic", LISTENING_TOPIC, "WRITE", "DESCRIBE_CONFIGS"),
  right("serve", "topic", RECOMMENDATION_TOPIC, "WRITE", "DESCRIBE_CONFIGS"),
  right("serve", "group", INGEST_GROUP, "DESCRIBE"),
];
const LISTENER = "curious";
const PATIENCE_MS = 30_000;

const folder = temporaryFolder();
const security = makeBrokerSecurity(folder, { host: "127.0.0.1", users });
const broker = await ownBrokerForTests({ security });
after(() => broker?.stop());

test("ingest and scorer need no more rights than the document lists", async (t) => {
  if (broker === undefined) return t.skip("there is no broker");
  await makeTopics();
  const bundle = join(folder, "bundle");
  const sizes = { tracks: 20, dimension: 4, hidden: 4 };
  await publishRandomBundle(bundle, { ...sizes, features: [], seed: 1 });
  const args = ["--home", join(folder, "home"), "--bundle", bundle];
  const port = await freePort();
  args.push("--advertise", `127.0.0.1:${port}`);
  const logging = ["--recommendation-log", "full", "--health-port", "0"];
  const scorer = await startAs("serve", [...args, "--port", String(port), ...logging]);
  const ingest = await startAs("ingest", [...args, "--changelog", "--standbys", "1"]);
  t.after(() => Promise.all([scorer.stop(), ingest.stop()]));
  const client = connectClient(/127\.0\.0\.1:\d+/.exec(scorer.detail)![0]);
  t.after(() => client.close());
  await client.publish(playOf("e1"));
  const untilMs = performance.now() + PATIENCE_MS;
  while (!(await client.getListener(LISTENER)).known) {
    assert.ok(performance.now() < untilMs, "ingest heard the event");
    await sleep(20);
  }
  await client.nextTracks({ listener: LISTENER, k: 3 });
  const metrics = `http://127.0.0.1:${healthPortOf(scorer)}/metrics`;
  while (!/^segue_recommendations_logged_total 1$/m.test(await (await fetch(metrics)).text())) {
    assert.ok(performance.now() < untilMs, "the list was logged");
    await sleep(20);
  }
  while ((await client.nextTracks({ listener: LISTENER })).freshness?.fromStandby !== false) {
    assert.ok(performance.now() < untilMs, "the scorer knows the group");
    await sleep(20);
  }
  const changelog = await openAsAdmin(CHANGELOG_TOPIC);
  t.after(() => changelog.close());
  const { partition } = (await client.getListener(LISTENER)).heard!;
  while ((await changelog.watermarks(partition as Partition)).next === 0) {
    assert.ok(performance.now() < untilMs, "the changelog is written");
    await sleep(100);
  }
  const { stdout } = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" });
  assert.ok(stdout.includes("kafka-user"), "the processes are listed");
  assert.ok(!stdout.includes(PASSWORD), "no process shows the password");
});

async function makeTopics(): Promise<void> {
  const others = [CATALOGUE_TOPIC, DEAD_LETTER_TOPIC, CHANGELOG_TOPIC, RECOMMENDATION_TOPIC];
  for (const topic of [LISTENING_TOPIC, ...others]) await (await openAsAdmin(topic)).close();
  await grantRights(adminAddress(), RIGHTS);
}

function openAsAdmin(topic: string): Promise<EventLog> {
  const partitions = topic === CATALOGUE_TOPIC || topic === DEAD_LETTER_TOPIC ? 1 : 4;
  const compacted = topic === CATALOGUE_TOPIC || topic === CHANGELOG_TOPIC;
  return openKafkaLog({ ...adminAddress(), topic, partitions, compacted });
}

function adminAddress() {
  const ca = [readFileSync(security.caFile, "utf8")];
  const sasl = { mechanism: "plain", username: ADMIN, password: PASSWORD } as const;
  return { brokers: broker!.brokers, clientId: "tests", ssl: { ca }, sasl };
}

/** The command, logged in by its own name, its password in the environment. */
async function startAs(command: "ingest" | "serve", args: readonly string[]): Promise<Child> {
  process.env.SEGUE_KAFKA_PASSWORD = PASSWORD;
  const kafka = ["--brokers", broker!.brokers.join(","), "--kafka-ca", security.caFile];
  const login = ["--kafka-sasl", "scram-sha-512", "--kafka-user", command];
  try {
    return await startChild(command, [...args, ...kafka, ...login]);
  } finally {
    delete process.env.SEGUE_KAFKA_PASSWORD;
  }
}

function right(
  user: string,
  what: Right["what"],
  name: string,
  ...operations: Right["operations"]
): Right {
  return { user, what, name, operations };
}

function playOf(eventId: string): ListeningEvent {
  const happenedAtMs = Date.now();
  const play = { eventId, listener: LISTENER, track: "track-1", happenedAtMs };
  return ListeningEvent.fromPartial({ ...play, kind: 2, playedMs: 60_000, trackMs: 200_000 });
}
