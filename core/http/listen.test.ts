import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { Failure } from "../domain/failure.ts";
import { listen } from "./listen.ts";

test("a port that is taken is refused with its option, and says what to do", async () => {
  const door = { host: "127.0.0.1", port: 0, field: "--health-port" };
  const first = await listen(createServer(), door);
  try {
    await assert.rejects(listen(createServer(), { ...door, port: first.port }), (error) => {
      assert.ok(error instanceof Failure);
      assert.deepEqual([error.code, error.field], ["bad_configuration", "--health-port"]);
      return /already: end it, or give another port$/.test(error.message);
    });
  } finally {
    first.close();
  }
});
