import { after, test } from "node:test";
import { brokersForTests, stopBrokersForTests } from "../deploy/kafka/require-broker.ts";
import { testKills } from "./kill.contract.ts";

const brokers = await brokersForTests();
after(stopBrokersForTests);

if (brokers === undefined) {
  test("Kafka: kill -9 of ingest", (context) => context.skip("there is no broker"));
} else {
  testKills("Kafka", async () => ({ brokers, prefix: `kill-${process.pid}.` }));
}
