// The certificates' library finds its parts by it.
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate and its key, as PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export interface IdentityOptions {
  readonly forServers?: boolean;
  readonly forClients?: boolean;
  /** From now; negative is before. */
  readonly beginsInMs?: number;
  readonly endsInMs?: number;
}

/** A certificate authority of a test's own. */
export interface Authority {
  readonly certificate: string;
  issue(name: string, options?: IdentityOptions): Promise<Identity>;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const HOUR_MS = 60 * 60 * 1000;

export async function createAuthority(name: string): Promise<Authority> {
  const keys = await newKeys();
  const root = await X509CertificateGenerator.createSelfSigned(
    {
      ...validity({}),
      serialNumber: serialNumber(),
      name: `CN=${name}`,
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [new BasicConstraintsExtension(true, 1, true)],
    },
    webcrypto as never,
  );
  return {
    certificate: root.toString("pem"),
    async issue(subject, options = {}) {
      const own = await newKeys();
      const { forServers = true, forClients = true } = options;
      const usages = [
        ...(forServers ? [ExtendedKeyUsage.serverAuth] : []),
        ...(forClients ? [ExtendedKeyUsage.clientAuth] : []),
      ];
      const certificate = await X509CertificateGenerator.create(
        {
          ...validity(options),
          serialNumber: serialNumber(),
          subject: `CN=${subject}`,
          issuer: root.subject,
          signingKey: keys.privateKey,
          publicKey: own.publicKey,
          signingAlgorithm: ALGORITHM,
          extensions: [
            new SubjectAlternativeNameExtension([
              { type: "dns", value: "localhost" },
              { type: "ip", value: "127.0.0.1" },
            ]),
            new ExtendedKeyUsageExtension(usages),
          ],
        },
        webcrypto as never,
      );
      return { certificate: certificate.toString("pem"), key: await pemOf(own.privateKey) };
    },
  };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
}

function validity({ beginsInMs = -HOUR_MS, endsInMs = HOUR_MS }: IdentityOptions) {
  const nowMs = Date.now();
  return { notBefore: new Date(nowMs + beginsInMs), notAfter: new Date(nowMs + endsInMs) };
}

function serialNumber(): string {
  return Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString("hex");
}
