import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./support/temporary-folder.ts";

const SEGUE = fileURLToPath(new URL("../cli/segue.ts", import.meta.url));

test("a command is told by flag, environment, file and default, in this order", () => {
  const file = fileOf({ host: "0.0.0.0", port: 1, home: "shared", serve: { home: "own" } });
  const environment = { SEGUE_PORT: "2", SEGUE_CONFIG_FILE: file, SEGUE_TEST_BROKERS: "none" };
  const { out } = segue(environment, "config", "print", "--json", "serve", "--host", "::1");
  const told = Object.fromEntries(
    JSON.parse(out).map(({ key, value, from }: Record<string, string>) => [key, [value, from]]),
  );
  assert.deepEqual(told.host, ["::1", "flag"]);
  assert.deepEqual(told.port, ["2", "environment: SEGUE_PORT"]);
  assert.deepEqual(told.home, ["own", `file: serve.home in ${file}`]);
  assert.deepEqual(told["topic-prefix"], ["", "default"]);
  assert.deepEqual(told.brokers, [null, "not set"]);
});

test("a name that no command has stops the command as a wrong configuration", () => {
  const { code, error } = segue({ SEGUE_BROKRES: "k:1" }, "recommend", "--listener", "l");
  assert.deepEqual([code, /did you mean "SEGUE_BROKERS"/.test(error)], [3, true], error);
});

test("an option that nobody knows is refused with the nearest name", () => {
  const { code, error } = segue({}, "recommend", "--listner", "l");
  assert.deepEqual([code, /there is no --listner; did you mean "listener"/.test(error)], [2, true]);
});

function fileOf(content: object): string {
  const path = join(temporaryFolder(), "segue.json");
  writeFileSync(path, JSON.stringify(content));
  return path;
}

function segue(environment: Record<string, string>, ...args: string[]) {
  const env = { PATH: process.env.PATH, ...environment };
  const done = spawnSync(process.execPath, [SEGUE, ...args], { env, encoding: "utf8" });
  return { code: done.status, out: done.stdout, error: done.stderr };
}
