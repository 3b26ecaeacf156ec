import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { type Command, readCommandLine, splitCommandLine } from "./command.ts";
import { KAFKA_OPTIONS, kafkaArgs, kafkaSecurity } from "./kafka-options.ts";

const folder = temporaryFolder();
const command: Command = { usage: "", options: KAFKA_OPTIONS, run: async () => undefined };

test("a password comes from the environment or a file, and is handed to no process", () => {
  const login = ["--kafka-tls", "--kafka-sasl", "plain", "--kafka-user", "ingest"];
  const sasl = { mechanism: "plain", username: "ingest", password: "secret" };
  const fromEnvironment = optionsOf(login, { SEGUE_KAFKA_PASSWORD: "secret" });
  assert.deepEqual(kafkaSecurity(fromEnvironment), { ssl: true, sasl });
  assert.deepEqual(kafkaArgs(fromEnvironment), login);
  const file = join(folder, "password");
  writeFileSync(file, "secret\n");
  const fromFile = optionsOf([...login, "--kafka-password-file", file]);
  assert.deepEqual(kafkaSecurity(fromFile), { ssl: true, sasl });
});

test("a password on the command line is refused", () => {
  assert.throws(() => optionsOf(["--kafka-password", "secret"]), /SEGUE_KAFKA_PASSWORD/);
});

test("what is missing or wrong is named", () => {
  const wrong: [RegExp, ...string[]][] = [
    [/--kafka-sasl is missing/, "--kafka-user", "ingest"],
    [/--kafka-sasl must be one of/, "--kafka-sasl", "kerberos"],
    [/--kafka-user is missing/, "--kafka-sasl", "plain"],
    [/--kafka-password is missing/, "--kafka-sasl", "plain", "--kafka-user", "ingest"],
    [/--kafka-ca cannot be read/, "--kafka-ca", join(folder, "gone.pem")],
  ];
  for (const [message, ...args] of wrong) {
    assert.throws(() => kafkaSecurity(optionsOf(args)), message);
  }
  const bare = optionsOf(["--kafka-sasl", "plain", "--kafka-user", "i"], {
    SEGUE_KAFKA_PASSWORD: "secret",
  });
  assert.throws(() => kafkaSecurity(bare), /needs TLS/);
});

function optionsOf(args: readonly string[], environment: Record<string, string> = {}) {
  return readCommandLine("ingest", command, splitCommandLine(command, args), { environment })
    .options;
}
