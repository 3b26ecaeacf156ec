import { readFileSync } from "node:fs";
import { Failure } from "../core/domain/failure.ts";
import type { KafkaAddress } from "../core/log/kafka-client.ts";
import type { OptionSpec, Options } from "./command.ts";

/** How brokers and this process show each other who they are. */
export const KAFKA_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "kafka-tls": { type: "flag", help: "talk to Kafka over TLS, trusting what this machine trusts" },
  "kafka-ca": {
    type: "text",
    help: "PEM file of the certificates to trust instead; TLS is then on",
  },
  "kafka-sasl": {
    type: "text",
    help: "how to log in to Kafka: plain, scram-sha-256 or scram-sha-512",
  },
  "kafka-user": { type: "text", help: "the user to log in to Kafka as" },
  "kafka-password": {
    type: "text",
    help: "their password; from environment or file alone, since everyone sees a command line",
    secret: true,
  },
  "kafka-password-file": { type: "text", help: "file that holds their password" },
};

export type KafkaSecurity = Pick<KafkaAddress, "ssl" | "sasl">;

const MECHANISMS = ["plain", "scram-sha-256", "scram-sha-512"] as const;

/** Throws `bad_configuration` naming the option that is missing, is wrong, or names a file that
 *  cannot be read. */
export function kafkaSecurity(options: Options): KafkaSecurity {
  const ca = options.textIfGiven("kafka-ca");
  const ssl = ca === undefined ? options.flag("kafka-tls") : { ca: [fileText("kafka-ca", ca)] };
  const sasl = saslOf(options);
  if (sasl?.mechanism === "plain" && ssl === false) {
    throw wrong("kafka-tls", "a plain password needs TLS: else everyone on the way reads it");
  }
  return { ...(ssl === false ? {} : { ssl }), ...(sasl === undefined ? {} : { sasl }) };
}

/** The same options for a process of one's own, but for what is secret: that it reads by itself. */
export function kafkaArgs(options: Options): string[] {
  return Object.entries(KAFKA_OPTIONS).flatMap(([name, { type, secret }]) => {
    if (secret) return [];
    if (type === "flag") return options.flag(name) ? [`--${name}`] : [];
    const value = options.textIfGiven(name);
    return value === undefined ? [] : [`--${name}`, value];
  });
}

function saslOf(options: Options): KafkaAddress["sasl"] {
  const asked = options.textIfGiven("kafka-sasl");
  const username = options.textIfGiven("kafka-user");
  if (asked === undefined) {
    if (username === undefined) return undefined;
    throw wrong("kafka-sasl", `is missing: how does ${username} log in?`);
  }
  const mechanism = MECHANISMS.find((one) => one === asked.toLowerCase());
  if (mechanism === undefined) {
    throw wrong("kafka-sasl", `must be one of ${MECHANISMS.join(", ")}, not ${asked}`);
  }
  if (username === undefined) throw wrong("kafka-user", "is missing: who logs in?");
  const file = options.textIfGiven("kafka-password-file");
  const password =
    file === undefined
      ? options.textIfGiven("kafka-password")
      : fileText("kafka-password-file", file).trimEnd();
  if (password === undefined || password === "") {
    throw wrong("kafka-password", "is missing: SEGUE_KAFKA_PASSWORD, or --kafka-password-file");
  }
  return { mechanism, username, password } as KafkaAddress["sasl"];
}

function fileText(option: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw wrong(option, `cannot be read: ${(cause as Error).message}`);
  }
}

function wrong(option: string, why: string): Failure {
  return new Failure("bad_configuration", `--${option} ${why}`, { field: `--${option}` });
}
