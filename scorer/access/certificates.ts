import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { ServerCredentials } from "@grpc/grpc-js";
import { Failure } from "../../core/domain/failure.ts";

export interface CertificateFiles {
  /** PEM: the server's certificate, then those between it and its root. */
  readonly certificate: string;
  readonly key: string;
  /** PEM. With it every client must show a certificate of this authority. */
  readonly clientAuthority?: string | undefined;
}

const TLS_LIMITS = {
  handshakeMs: 5_000,
  /** How often the files are read again. */
  readAgainMs: 5_000,
} as const;

/** TLS by files, which may be exchanged at any time: handshakes from then on use the new ones, and
 *  connections that are open stay so. Files that are not right together change nothing, and
 *  `notice` is told. */
export interface WatchedCertificates {
  readonly credentials: ServerCredentials;
  /** Reads the files at once, as it happens every few seconds. */
  readAgain(): Promise<void>;
  close(): void;
}

/** Throws `bad_configuration` where the files cannot be used. */
export async function openCertificates(
  files: CertificateFiles,
  notice: (failure: Failure) => void,
): Promise<WatchedCertificates> {
  let context = await readContext(files);
  const credentials = new FileCredentials(files.clientAuthority !== undefined, context);
  const readAgain = async () => {
    try {
      const next = await readContext(files);
      if (sameContext(context, next)) return;
      context = next;
      credentials.exchange(next);
    } catch (error) {
      notice(error as Failure);
    }
  };
  const timer = setInterval(() => void readAgain(), TLS_LIMITS.readAgainMs);
  timer.unref();
  return { credentials, readAgain, close: () => clearInterval(timer) };
}

class FileCredentials extends ServerCredentials {
  constructor(clientsShowCertificates: boolean, context: SecureContextOptions) {
    const demands = {
      requestCert: clientsShowCertificates,
      rejectUnauthorized: clientsShowCertificates,
    };
    const bounds = { handshakeTimeout: TLS_LIMITS.handshakeMs, minVersion: "TLSv1.2" as const };
    super({ ...demands, ...bounds }, context);
  }

  exchange(context: SecureContextOptions): void {
    this.updateSecureContextOptions(context);
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

async function readContext(files: CertificateFiles): Promise<SecureContextOptions> {
  const [cert, key, ca] = await Promise.all([
    read(files.certificate, "--tls-cert"),
    read(files.key, "--tls-key"),
    files.clientAuthority === undefined
      ? undefined
      : read(files.clientAuthority, "--tls-client-ca"),
  ]);
  const context = { cert, key, ...(ca && { ca }), minVersion: "TLSv1.2" as const };
  try {
    // Refuses what is no PEM, and a key that is not the certificate's.
    createSecureContext(context);
  } catch (cause) {
    throw unusable(files.certificate, (cause as Error).message, "--tls-cert", cause);
  }
  const { validTo } = new X509Certificate(cert);
  if (Date.parse(validTo) < Date.now()) {
    throw unusable(files.certificate, `it ended at ${validTo}`, "--tls-cert");
  }
  return context;
}

async function read(file: string, option: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw unusable(file, (cause as Error).message, option, cause);
  }
}

function unusable(file: string, why: string, field: string, cause?: unknown): Failure {
  const message = `${file} cannot be used for TLS: ${why}`;
  return new Failure("bad_configuration", message, { field, cause });
}

function sameContext(one: SecureContextOptions, other: SecureContextOptions): boolean {
  return (["cert", "key", "ca"] as const).every((part) => {
    const [before, after] = [one[part] as Buffer | undefined, other[part] as Buffer | undefined];
    return (
      before === after || (before !== undefined && after !== undefined && before.equals(after))
    );
  });
}
