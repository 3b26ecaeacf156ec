import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Failure } from "../../core/domain/failure.ts";

/** A broker that asks its clients for TLS and a password, and lets them do what it was told. */
export interface BrokerSecurity {
  /** The certificate that clients are to trust, as a PEM file. */
  readonly caFile: string;
  /** Passwords by user. `ADMIN` may do everything, the others what access lists let them. */
  readonly users: Readonly<Record<string, string>>;
  /** Lines of `server.properties`. */
  readonly properties: Readonly<Record<string, string>>;
  /** Arguments of the tool that formats the broker's storage. */
  readonly formatting: readonly string[];
}

export const ADMIN = "admin";
/** The listener that clients are let in by, and the one that the broker calls itself by. */
export const SECURED_LISTENER = "SECURED";

const KEY_PASSWORD = "made-for-one-broker";
const SCRAM = ["SCRAM-SHA-256", "SCRAM-SHA-512"];

/** Makes a key and a certificate for `host` in `folder`, with Java's own tool. */
export function makeBrokerSecurity(
  folder: string,
  { host, users }: { readonly host: string; readonly users: Readonly<Record<string, string>> },
): BrokerSecurity {
  const keys = join(folder, "broker.p12");
  const caFile = join(folder, "broker.pem");
  const store = ["-keystore", keys, "-storetype", "PKCS12", "-storepass", KEY_PASSWORD];
  const name = ["-alias", "broker"];
  const kind = ["-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=broker"];
  keytool("-genkeypair", ...name, ...store, ...kind, "-ext", `san=ip:${host},dns:localhost`);
  keytool("-exportcert", "-rfc", ...name, ...store, "-file", caFile);
  const plainUsers = Object.entries(users).map(([user, word]) => `user_${user}="${word}"`);
  const listener = `listener.name.${SECURED_LISTENER.toLowerCase()}`;
  const modules = "org.apache.kafka.common.security";
  const scram = `${modules}.scram.ScramLoginModule required;`;
  const plain = `${modules}.plain.PlainLoginModule required ${plainUsers.join(" ")};`;
  return {
    caFile,
    users,
    properties: {
      "sasl.enabled.mechanisms": ["PLAIN", ...SCRAM].join(","),
      [`${listener}.plain.sasl.jaas.config`]: plain,
      [`${listener}.scram-sha-256.sasl.jaas.config`]: scram,
      [`${listener}.scram-sha-512.sasl.jaas.config`]: scram,
      "ssl.keystore.type": "PKCS12",
      "ssl.keystore.location": keys,
      "ssl.keystore.password": KEY_PASSWORD,
      "ssl.key.password": KEY_PASSWORD,
      "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      // The broker's calls of itself come without a name.
      "super.users": `User:${ADMIN};User:ANONYMOUS`,
    },
    formatting: SCRAM.flatMap((mechanism) =>
      Object.entries(users).flatMap(([user, word]) => [
        "--add-scram",
        `${mechanism}=[name=${user},password=${word}]`,
      ]),
    ),
  };
}

function keytool(...args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync("keytool", args, { encoding: "utf8" });
  if (error !== undefined) {
    const message = "a secured broker needs keytool, which comes with Java";
    throw new Failure("dependency_missing", message, { field: "keytool", cause: error });
  }
  if (status !== 0) throw new Failure("bug", `keytool made no key: ${stdout}${stderr}`);
}
