import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import { test } from "node:test";
import { ownBrokerForTests } from "./require-broker.ts";
import { serverProperties } from "./server-properties.ts";

test("a broker serves on one address until it is killed, and again after a restart", async () => {
  const broker = await ownBrokerForTests();
  if (broker === undefined) return;
  const address = broker.brokers[0]!;
  assert.ok(await answers(address));
  await broker.kill();
  assert.ok(!(await answers(address)));
  await broker.restart();
  assert.equal(broker.brokers[0], address);
  assert.ok(await answers(address));
  await broker.stop();
  assert.ok(!(await answers(address)));
  assert.ok(!existsSync(dirname(broker.logFile)), "temporary data are removed");
});

test("the broker tells its clients the address that it listens on", () => {
  const place = { host: "10.1.2.3", port: 9092, controllerPort: 9093, data: "/data/kafka" };
  const lines = serverProperties(place).split("\n");
  assert.ok(lines.includes("advertised.listeners=PLAINTEXT://10.1.2.3:9092"));
  assert.ok(lines.includes("listeners=PLAINTEXT://10.1.2.3:9092,CONTROLLER://127.0.0.1:9093"));
  assert.ok(lines.includes("log.dirs=/data/kafka"));
});

function answers(address: string): Promise<boolean> {
  const [host, port] = address.split(":");
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
