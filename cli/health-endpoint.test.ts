import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../core/domain/failure.ts";
import { startHealthEndpoint } from "./health-endpoint.ts";

test("a process is not ready until it says so, nor once it says that it is not", async () => {
  const health = await startHealthEndpoint("127.0.0.1", 0);
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
  const health = await startHealthEndpoint("127.0.0.1", 0);
  await assert.rejects(startHealthEndpoint("127.0.0.1", health.port), (error) => {
    return error instanceof Failure && error.code === "bad_configuration";
  });
  health.close();
});
