import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { temporaryFolder } from "./temporary-folder.ts";

export const ISSUER = "https://issuer.example";
export const AUDIENCE = "segue";

/** Somebody who makes tokens, and the file of the keys that these are checked with. */
export interface TokenMaker {
  /** A JWKS. */
  readonly keysFile: string;
  /** Signs a token of ten minutes, with these claims beside those that every token has, or instead
   *  of them. */
  sign(claims: JWTPayload): Promise<string>;
}

export async function tokenMaker(): Promise<TokenMaker> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const keysFile = join(temporaryFolder(), "jwks.json");
  const key = { ...(await exportJWK(publicKey)), kid: "one", alg: "ES256", use: "sig" };
  writeFileSync(keysFile, JSON.stringify({ keys: [key] }));
  return {
    keysFile,
    async sign(claims) {
      const nowS = Math.floor(Date.now() / 1000);
      const usual = { iss: ISSUER, aud: AUDIENCE, iat: nowS, exp: nowS + 600 };
      const token = new SignJWT({ ...usual, ...claims });
      return token.setProtectedHeader({ alg: "ES256", kid: "one" }).sign(privateKey);
    },
  };
}
