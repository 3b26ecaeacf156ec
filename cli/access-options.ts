import { Failure } from "../core/domain/failure.ts";
import { accessInterceptor } from "../scorer/access/access-interceptor.ts";
import { openCertificates } from "../scorer/access/certificates.ts";
import { createTokenCheck, type TokenRules } from "../scorer/access/tokens.ts";
import type { ServerOptions } from "../scorer/server.ts";
import type { OptionSpec, Options } from "./command.ts";
import type { NoticeWriter } from "./notices.ts";

/** Who may call, and how. */
export const ACCESS_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "tls-cert": text("PEM file of the server's certificate, and of those up to its root"),
  "tls-key": text("PEM file of that certificate's key"),
  "tls-client-ca": text("PEM file; every client must show a certificate of this authority"),
  "token-keys": text("JWKS that signs bearer tokens: a file, or an https address"),
  "token-issuer": text("what every token must have as iss"),
  "token-audience": text("what every token must have as aud"),
  "token-tenant-claim": text("claim that names a token's tenant; it reaches TENANT/… alone"),
  "admin-port": {
    type: "number",
    help: "methods for operators are served there, and no more on --port; 0 takes any",
  },
  reflection: { type: "flag", help: "tell callers the contracts, as grpcurl wants" },
};

/** What `startServer` needs of these options, and what ends with it. */
export interface Access {
  readonly server: Pick<ServerOptions, "credentials" | "interceptors" | "reflection">;
  close(): void;
}

/** Throws `bad_configuration` for files that cannot be used, and for options that need another. */
export async function accessOf(options: Options, { onNotice }: NoticeWriter): Promise<Access> {
  const given = (name: string) => options.textIfGiven(name);
  const [certificate, key] = [given("tls-cert"), given("tls-key")];
  requireTogether(options, ["tls-cert", "tls-key"], "tls-client-ca");
  requireTogether(options, ["token-keys", "token-issuer", "token-audience"], "token-tenant-claim");
  const notice = (error: unknown) =>
    onNotice({ level: "error", message: (error as Error).message, cause: error });
  const tls =
    certificate === undefined || key === undefined
      ? undefined
      : await openCertificates(
          { certificate, key, clientAuthority: given("tls-client-ca") },
          notice,
        );
  const rules = tokenRules(options);
  const check = rules && (await createTokenCheck(rules, Date.now));
  // Another host wants to see it, too.
  const keepsToken = given("advertise") !== undefined;
  return {
    server: {
      reflection: options.flag("reflection"),
      ...(tls && { credentials: tls.credentials }),
      ...(check && { interceptors: [accessInterceptor({ check, keepsToken }, notice)] }),
    },
    close: () => tls?.close(),
  };
}

/** These options as they are given to another `segue` command. */
export function accessArgs(options: Options): string[] {
  return Object.entries(ACCESS_OPTIONS).flatMap(([name, { type }]) => {
    if (type === "flag") return options.flag(name) ? [`--${name}`] : [];
    const value = options.textIfGiven(name);
    return value === undefined ? [] : [`--${name}`, value];
  });
}

function text(help: string): OptionSpec {
  return { type: "text", help };
}

function tokenRules(options: Options): TokenRules | undefined {
  const keys = options.textIfGiven("token-keys");
  if (keys === undefined) return undefined;
  return {
    keys,
    issuer: options.text("token-issuer"),
    audience: options.text("token-audience"),
    tenantClaim: options.textIfGiven("token-tenant-claim"),
  };
}

/** What is left out by mistake must not leave a door open. */
function requireTogether(options: Options, names: readonly string[], alsoNeeds: string): void {
  const all = [...names, alsoNeeds];
  if (all.every((name) => options.textIfGiven(name) === undefined)) return;
  for (const name of names) {
    if (options.textIfGiven(name) !== undefined) continue;
    const others = all.filter((other) => options.textIfGiven(other) !== undefined);
    const message = `--${others.join(", --")} cannot be without --${name}`;
    throw new Failure("bad_configuration", message, { field: `--${name}` });
  }
}
