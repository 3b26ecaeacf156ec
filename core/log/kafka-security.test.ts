import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { ADMIN, makeBrokerSecurity } from "../../deploy/kafka/broker-security.ts";
import { ownBrokerForTests } from "../../deploy/kafka/require-broker.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import type { Offset } from "../domain/ids.ts";
import { collectingReader, until } from "./collecting-reader.ts";
import { newTopic, numbered } from "./contract-records.ts";
import { openKafkaLog } from "./kafka-log.ts";

const silently = () => undefined;
const PASSWORD = "words-that-nobody-guesses";
const users = { [ADMIN]: PASSWORD, stranger: PASSWORD };
const security = makeBrokerSecurity(temporaryFolder(), { host: "127.0.0.1", users });
const broker = await ownBrokerForTests({ security });
after(() => broker?.stop());
if (broker !== undefined) {
  for (const mechanism of ["plain", "scram-sha-256", "scram-sha-512"] as const) {
    test(`a log is written and read over TLS by a user of ${mechanism}`, async () => {
      const topic = newTopic();
      const log = await openAs({ mechanism, topic });
      await log.append(numbered(50));
      const reader = collectingReader(0 as Offset);
      await log.subscribe(`${topic}-readers`, reader);
      await until(() => reader.records.length === 50, "all records were heard");
      await log.close();
    });
  }

  test("a wrong password is said at once, and never shown", async () => {
    const opening = openAs({ mechanism: "scram-sha-512", password: "guessed" });
    await assert.rejects(opening, ({ code, field, message }) => {
      assert.match(message, /does not let this process in as the user "admin"/);
      assert.ok(!message.includes("guessed"));
      return code === "bad_configuration" && field === "kafka-user";
    });
  });

  test("a certificate that is not trusted is said at once", async () => {
    const opening = openAs({ mechanism: "plain", isTrusting: false });
    await assert.rejects(opening, { code: "bad_configuration", field: "kafka-ca" });
  });

  test("a user who may do nothing is told that they may not", async () => {
    const opening = openAs({ mechanism: "plain", username: "stranger" });
    await assert.rejects(opening, ({ code, message }) => {
      assert.match(message, /docs\/kafka\.md/);
      return code === "bad_configuration";
    });
  });
}

function openAs(how: {
  readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  readonly topic?: string;
  readonly username?: string;
  readonly password?: string;
  readonly isTrusting?: boolean;
}) {
  const { mechanism, topic = newTopic(), username = ADMIN, password = PASSWORD } = how;
  return openKafkaLog({
    brokers: broker!.brokers,
    clientId: "tests",
    ssl: how.isTrusting === false ? true : { ca: [readFileSync(security.caFile, "utf8")] },
    sasl: { mechanism, username, password } as never,
    topic,
    partitions: 2,
    onNotice: silently,
  });
}
