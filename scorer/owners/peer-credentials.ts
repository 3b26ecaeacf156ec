import { readFileSync } from "node:fs";
import { type ChannelCredentials, credentials } from "@grpc/grpc-js";
import { Failure } from "../../core/domain/failure.ts";

/** PEM files by which this host knows another one, and shows who it is. */
export interface PeerFiles {
  /** Whose certificates are trusted; those that Node trusts where it is not given. */
  readonly authority?: string | undefined;
  /** What this host shows, where the others want to see a certificate. */
  readonly own?: { readonly certificate: string; readonly key: string } | undefined;
}

/** TLS to other hosts by files that are read anew at each call. Throws `bad_configuration` where
 *  one cannot be read. */
export function peerCredentials({ authority, own }: PeerFiles): ChannelCredentials {
  const trusted = authority === undefined ? null : read(authority, "--peer-ca");
  if (own === undefined) return credentials.createSsl(trusted);
  const [key, certificate] = [read(own.key, "--tls-key"), read(own.certificate, "--tls-cert")];
  return credentials.createSsl(trusted, key, certificate);
}

export function plainCredentials(): ChannelCredentials {
  return credentials.createInsecure();
}

function read(file: string, field: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const message = `${file} cannot be read: ${(cause as Error).message}`;
    throw new Failure("bad_configuration", message, { field, cause });
  }
}
