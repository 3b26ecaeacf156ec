import { once } from "node:events";
import { isIP } from "node:net";
import { connect } from "node:tls";
import { Failure } from "../domain/failure.ts";
import type { KafkaAddress } from "./kafka-client.ts";

/** How long a broker has to show its certificate. */
const HANDSHAKE_MS = 2_000;

/** Looks at the brokers' certificates, since kafkajs would try one that it does not trust again and
 *  again. A broker that does not answer is left to it. Throws `bad_configuration`. */
export async function requireTrust({ brokers, ssl }: KafkaAddress): Promise<void> {
  if (ssl === undefined || ssl === false) return;
  await Promise.all(
    brokers.map(async (broker) => {
      const why = await distrust(broker, ssl === true ? {} : ssl);
      if (why === undefined) return;
      const message = `the certificate of the Kafka broker ${broker} is not trusted: ${why}`;
      throw new Failure("bad_configuration", message, { field: "kafka-ca" });
    }),
  );
}

async function distrust(broker: string, tls: object): Promise<string | undefined> {
  const at = broker.lastIndexOf(":");
  const [host, port] = [broker.slice(0, at), Number(broker.slice(at + 1))];
  const named = isIP(host) === 0 ? { servername: host } : {};
  const socket = connect({ host, port, ...named, ...tls });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(HANDSHAKE_MS) });
    return undefined;
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    return DISTRUST.test(code) ? `${message} (${code})` : undefined;
  } finally {
    socket.destroy();
  }
}

/** OpenSSL's reasons to refuse a certificate, as Node names them. */
const DISTRUST = /CERT|SIGNATURE|UNABLE_TO|ISSUER|CRL|CHAIN/;

const CANNOT = "Kafka does not let this process";

/** What an operator can do about a Kafka that cannot be used. */
export function kafkaFailure(cause: unknown, { brokers, ssl, sasl }: KafkaAddress): Failure {
  const text = messageOf(cause);
  const user = sasl !== undefined && "username" in sasl ? ` as the user "${sasl.username}"` : "";
  if (/SASL|authentication failed/i.test(text)) {
    const message = `${CANNOT} in${user}: ${text}`;
    return new Failure("bad_configuration", message, { field: "kafka-user", cause });
  }
  if (/authoriz|access denied/i.test(text)) {
    const message = `${CANNOT}${user} do what it needs (docs/kafka.md lists it): ${text}`;
    return new Failure("bad_configuration", message, { field: "kafka-user", cause });
  }
  const how = ssl ? "with TLS" : "without TLS";
  const message = `Kafka at ${brokers.join(", ")} does not answer (it was asked ${how}${user})`;
  return new Failure("log_unavailable", message, { cause });
}

/** kafkajs hides what each topic's trouble is behind "Topic creation errors". */
function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const parts = "errors" in cause && Array.isArray(cause.errors) ? cause.errors : [];
  return [cause.message, ...parts.map(messageOf)].join(": ");
}
