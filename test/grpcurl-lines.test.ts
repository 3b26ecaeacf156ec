import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createFileRegistry, fromBinary, fromJsonString } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { CONTRACTS } from "../scorer/contracts/read-contracts.ts";
import { grpcurlCalls, grpcurlCommands } from "./support/grpcurl-commands.ts";

const ROOT = join(import.meta.dirname, "..");
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(CONTRACTS)));

test("every grpcurl line of README and docs calls a method with a message that it takes", (t) => {
  const names = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" });
  const documents = ["README.md", ...names.map((name) => `docs/${name}`)];
  const commands = documents
    .filter((path) => path.endsWith(".md"))
    .flatMap((path) => grpcurlCommands(readFileSync(join(ROOT, path), "utf8")));
  assert.ok(commands.length > 0, "README has grpcurl lines");
  for (const command of commands) assertCalls(command);
  t.diagnostic(`${commands.length} commands`);
});

test("a grpcurl line that has rotted is found", () => {
  const call = (message: string, method: string) =>
    `grpcurl -plaintext -d '${message}' 127.0.0.1:7600 segue.v1.${method}`;
  assertCalls(call('{"listener": "l",\n  "k": 5}', "Recommender/NextTracks"));
  for (const rotten of [
    call("{}", "Recommender/NextTrack"),
    call("{}", "Recommenders/NextTracks"),
    call('{"hearer": "l"}', "Recommender/NextTracks"),
    call('{"k": "many"}', "Recommender/NextTracks"),
    call('{"k": 5', "Recommender/NextTracks"),
    call('{"event": {"kind": "EVENT_KIND_HUMMED"}}', "EventGateway/Publish"),
    "grpcurl -plaintext 127.0.0.1:7600 describe segue.v1.Nothing",
  ]) {
    assert.throws(() => assertCalls(rotten), rotten);
  }
});

test("grpcurl lines are found over several lines of a document, each as its own command", () => {
  const text =
    "```sh\ngrpcurl -d '{\n  \"k\": 5}' \\\n  host a.B/C\ngrpcurl host list\n\necho\n```";
  assert.deepEqual(grpcurlCommands(text), [
    "grpcurl -d '{\n  \"k\": 5}' \\\n  host a.B/C",
    "grpcurl host list",
  ]);
});

function assertCalls(command: string): void {
  for (const { words, message } of grpcurlCalls(command)) {
    const [, symbol, described] = words;
    if (symbol === "list" || symbol === "describe") {
      if (described !== undefined) assert.ok(registry.get(described), `${described} of ${command}`);
      continue;
    }
    const [service, method] = symbol?.split("/") ?? [];
    const found = registry.getService(service ?? "")?.methods.find(({ name }) => name === method);
    assert.ok(found, `there is no method ${symbol}, as ${command} says`);
    fromJsonString(found.input, message ?? "{}", { registry });
  }
}
