import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../core/domain/failure.ts";
import { settingsOf, variableOf } from "./settings.ts";

const OPTIONS = {
  "topic-prefix": { type: "text", help: "", default: "" },
  port: { type: "number", help: "", default: 7600 },
  json: { type: "flag", help: "" },
} as const;

test("each option has a variable in capitals", () => {
  assert.equal(variableOf("topic-prefix"), "SEGUE_TOPIC_PREFIX");
});

test("of flag, environment, own section, shared key and default the first one counts", () => {
  const byCommand = { serve: { port: 4 } };
  const file = { path: "F", shared: { port: 5, "topic-prefix": "x-" }, byCommand };
  const environment = { SEGUE_PORT: "3", SEGUE_TOPIC_PREFIX: "" };
  const port = (command: string, flags: object, around: Parameters<typeof settingsOf>[3]) => {
    const { value, from } = settingsOf(command, OPTIONS, { ...flags }, around).get("port")!;
    return [value, from];
  };
  assert.deepEqual(port("serve", { port: "2" }, { environment, file }), ["2", "flag"]);
  assert.deepEqual(port("serve", {}, { environment, file }), ["3", "environment"]);
  assert.deepEqual(port("serve", {}, { environment: {}, file }), ["4", "file"]);
  assert.deepEqual(port("dev", {}, { environment: {}, file }), ["5", "file"]);
  assert.deepEqual(port("dev", {}, { environment: {} }), ["7600", "default"]);
  const prefix = settingsOf("dev", OPTIONS, {}, { environment, file }).get("topic-prefix");
  assert.deepEqual([prefix?.value, prefix?.place], ["x-", "topic-prefix in F"]);
});

test("a value of another type is a wrong configuration that names its place", () => {
  const told = (around: Parameters<typeof settingsOf>[3]) => () =>
    settingsOf("serve", OPTIONS, {}, around);
  const isWrong = (message: RegExp) => (error: unknown) =>
    error instanceof Failure && error.code === "bad_configuration" && message.test(error.message);
  const file = { path: "F", shared: { port: "7600" }, byCommand: {} };
  const number = /^port in F must be a JSON number, not "7600"$/;
  assert.throws(told({ environment: {}, file }), isWrong(number));
  const flag = /^SEGUE_JSON must be true or false, not yes$/;
  assert.throws(told({ environment: { SEGUE_JSON: "yes" } }), isWrong(flag));
});
