import { readFile } from "node:fs/promises";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from "jose";
import { Failure } from "../../core/domain/failure.ts";
import { ROLES, type Role } from "./roles.ts";

export interface TokenRules {
  /** A JWKS: a file, or the https address of one. */
  readonly keys: string;
  /** The claims `iss` and `aud` that every token must have. */
  readonly issuer: string;
  readonly audience: string;
  /** The claim that names a token's tenant. With it every token must have that claim and reaches
   *  its tenant's listeners alone; without it there are no tenants. */
  readonly tenantClaim?: string | undefined;
}

/** What a token lets its bearer do. */
export interface Grant {
  readonly roles: ReadonlySet<Role>;
  /** Undefined where there are no tenants. */
  readonly tenant: string | undefined;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly expiresAtMs: number;
}

/** What a token grants, by the token's text; undefined for one that grants nothing. */
export type TokenCheck = (token: string) => Promise<Grant | undefined>;

/** Signatures that are taken: of key pairs alone, so that nobody who can check a token can make
 *  one. */
const ALGORITHMS = ["ES256", "ES384", "PS256", "RS256", "EdDSA"];
const CLOCK_SKEW_S = 5;
const TOKEN_BYTES_MAX = 8 * 1024;
/** Tokens whose signature need not be checked again. */
const KNOWN_MAX = 10_000;
/** A file of keys is read again after so long. */
const KEYS_FRESH_MS = 30_000;

/** Checks bearer tokens: JWTs signed by a key of the JWKS, with `exp`, the right `iss` and `aud`,
 *  and a claim `roles` that lists "play", "publish" or "admin". A key that is taken out of the JWKS
 *  is refused within half a minute. Fails with `bad_configuration` where the keys cannot be
 *  read. */
export async function createTokenCheck(
  rules: TokenRules,
  nowMs: () => number,
): Promise<TokenCheck> {
  const keys = await keysOf(rules.keys, nowMs);
  const known = new Map<string, Grant & { readonly checkAgainAtMs: number }>();
  return async (token) => {
    if (token.length > TOKEN_BYTES_MAX) return undefined;
    const before = known.get(token);
    const atMs = nowMs();
    if (before !== undefined && atMs < before.checkAgainAtMs) return before;
    known.delete(token);
    const grant = await verified(token, keys, rules, atMs);
    if (grant === undefined) return undefined;
    // The oldest of a map's entries comes first.
    if (known.size >= KNOWN_MAX) known.delete(known.keys().next().value!);
    const checkAgainAtMs = Math.min(grant.expiresAtMs, atMs + KEYS_FRESH_MS);
    known.set(token, { ...grant, checkAgainAtMs });
    return grant;
  };
}

async function verified(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, audience, tenantClaim }: TokenRules,
  atMs: number,
): Promise<Grant | undefined> {
  const required = ["exp", "roles", ...(tenantClaim === undefined ? [] : [tenantClaim])];
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_SKEW_S,
      currentDate: new Date(atMs),
      requiredClaims: required,
    });
    return grantOf(payload, tenantClaim);
  } catch (error) {
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) {
      throw new Failure("dependency_missing", "the keys of tokens cannot be had", { cause: error });
    }
    return undefined;
  }
}

function grantOf(payload: JWTPayload, tenantClaim: string | undefined): Grant | undefined {
  const { roles } = payload;
  if (!Array.isArray(roles)) return undefined;
  const tenant = tenantClaim === undefined ? undefined : payload[tenantClaim];
  // A slash would let the tenant "a" name listeners of the tenant "a/b".
  if (tenantClaim !== undefined && !(typeof tenant === "string" && /^[^/]+$/.test(tenant))) {
    return undefined;
  }
  return {
    roles: new Set(ROLES.filter((role) => roles.includes(role))),
    tenant: tenant as string | undefined,
    expiresAtMs: payload.exp! * 1000,
  };
}

async function keysOf(keys: string, nowMs: () => number): Promise<JWTVerifyGetKey> {
  if (keys.startsWith("https://")) return createRemoteJWKSet(new URL(keys));
  if (keys.startsWith("http://")) {
    throw new Failure("bad_configuration", "keys of tokens come from a file or over https", {
      field: "--token-keys",
    });
  }
  let set = createLocalJWKSet(await readKeys(keys));
  let readAtMs = nowMs();
  return async (header, token) => {
    if (nowMs() >= readAtMs + KEYS_FRESH_MS) {
      readAtMs = nowMs();
      set = createLocalJWKSet(await readKeys(keys));
    }
    return set(header, token);
  };
}

async function readKeys(file: string): Promise<JSONWebKeySet> {
  try {
    const { keys } = JSON.parse(await readFile(file, "utf8")) as JSONWebKeySet;
    if (!Array.isArray(keys) || keys.length === 0) throw new Error("it has no keys");
    return { keys };
  } catch (cause) {
    const message = `${file} is no JWKS: ${(cause as Error).message}`;
    throw new Failure("bad_configuration", message, { field: "--token-keys", cause });
  }
}
