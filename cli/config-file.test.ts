import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { readConfigFile, requireKnown, unknownNames } from "./config-file.ts";

const DECLARED = new Map([
  ["serve", new Set(["port", "brokers"])],
  ["ingest", new Set(["brokers", "health-port"])],
]);

test("names that no command has are told with the nearest that there is", () => {
  const shared = { "helth-port": 1, colour: "red" };
  const byCommand = { sevre: { port: 1 }, ingest: { port: 1, "health-prt": 2 } };
  const file = { path: "F", shared, byCommand };
  const environment = { SEGUE_BROKRES: "k:1", HOME: "h" };
  assert.deepEqual(unknownNames({ environment, file }, DECLARED), [
    'no option has the variable SEGUE_BROKRES; did you mean "SEGUE_BROKERS"?',
    'F: there is no option "helth-port"; did you mean "health-port"?',
    'F: there is no option "colour"',
    'F: there is no command "sevre"; did you mean "serve"?',
    'F: ingest has no option "port"',
    'F: ingest has no option "health-prt"; did you mean "health-port"?',
  ]);
  assert.throws(() => requireKnown({ environment, file }, DECLARED), /SEGUE_BROKRES/);
});

test("variables of another command and of the test suite are no stray ones", () => {
  const environment = { SEGUE_PORT: "1", SEGUE_DATA: "d", SEGUE_TEST_BROKERS: "k:1" };
  assert.deepEqual(unknownNames({ environment }, DECLARED), []);
});

test("a file's objects are for one command, all else is for every one", async () => {
  const path = join(temporaryFolder(), "segue.json");
  writeFileSync(path, JSON.stringify({ brokers: "k:1", serve: { port: 1 } }));
  const byCommand = { serve: { port: 1 } };
  assert.deepEqual(await readConfigFile(path), { path, shared: { brokers: "k:1" }, byCommand });
  writeFileSync(path, "[]");
  await assert.rejects(readConfigFile(path), /must hold an object/);
});
