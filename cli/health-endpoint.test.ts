import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../core/domain/failure.ts";
import { startHealthEndpoint } from "./health-endpoint.ts";

test("a process is not ready until it says so, nor once it says that it is not", async () => {
  const health = await startHealthEndpoint({ host: "127.0.0.1", port: 0 });
  const asked = async () => {
    const response = await fetch(`http://127.0.0.1:${health.port}/ready`);
    return [response.status, await response.json()];
  };
  assert.deepEqual(await asked(), [503, { ready: false }]);
  health.say(true, { lag: 3 });
  assert.deepEqual(await asked(), [200, { ready: true, lag: 3 }]);
  health.say(false, { lag: 9 });
  assert.deepEqual(await asked(), [503, { ready: false, lag: 9 }]);
  health.close();
  await assert.rejects(asked());
});

test("a port that is taken is a wrong configuration", async () => {
  const health = await startHealthEndpoint({ host: "127.0.0.1", port: 0 });
  const taken = { host: "127.0.0.1", port: health.port };
  await assert.rejects(startHealthEndpoint(taken), (error) => {
    return error instanceof Failure && error.code === "bad_configuration";
  });
  health.close();
});

test("metrics and life are told apart from readiness, each by its path", async () => {
  const metrics = async () => "segue_ready 0\n";
  const health = await startHealthEndpoint({ host: "127.0.0.1", port: 0, metrics });
  const asked = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${health.port}${path}`);
    return [response.status, await response.text()];
  };
  assert.deepEqual(await asked("/metrics"), [200, "segue_ready 0\n"]);
  assert.deepEqual(await asked("/live"), [200, '{"live":true}\n']);
  assert.deepEqual(await asked("/ready"), [503, '{"ready":false}\n']);
  health.close();
});
