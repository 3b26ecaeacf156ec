import assert from "node:assert/strict";
import { after, test } from "node:test";
import { brokersForTests, stopBrokersForTests } from "../../deploy/kafka/require-broker.ts";
import { newTopic } from "./contract-records.ts";
import { openKafkaLog } from "./kafka-log.ts";
import type { LogNotice } from "./log-notice.ts";

const brokers = await brokersForTests();
after(stopBrokersForTests);

test("a topic that would lose events is refused, one that may lose tracks is told", async (t) => {
  if (brokers === undefined) return t.skip("there is no broker");
  const [compacted, deleted] = [newTopic(), newTopic()];
  await (await open(compacted, true)).close();
  await (await open(deleted, false)).close();
  await assert.rejects(open(compacted, false), {
    code: "bad_configuration",
    field: "cleanup.policy",
  });
  const notices: LogNotice[] = [];
  await (await open(deleted, true, notices)).close();
  assert.match(notices[0]?.message ?? "", /should have cleanup\.policy=compact/);
});

function open(topic: string, compacted: boolean, notices: LogNotice[] = []) {
  const onNotice = (notice: LogNotice) => void notices.push(notice);
  return openKafkaLog({
    brokers: brokers!,
    clientId: "tests",
    topic,
    partitions: 1,
    compacted,
    onNotice,
  });
}
