import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  status,
} from "@grpc/grpc-js";
import { plainStatus } from "../statuses.ts";
import { type Role, roleOf } from "./roles.ts";
import { namesForeigner } from "./tenants.ts";
import type { Grant, TokenCheck } from "./tokens.ts";

export interface AccessRules {
  readonly check: TokenCheck;
  /** Whether handlers see the token, to show it to another host. */
  readonly keepsToken: boolean;
}

/** Lets a call through to its handler only with a token that grants the method's role, and a
 *  message only where all its listeners are of the token's tenant. `report` gets what is not the
 *  caller's fault. */
export function accessInterceptor(
  { check, keepsToken }: AccessRules,
  report: (error: unknown) => void,
): ServerInterceptor {
  return (method, call) => {
    const role = roleOf(method.path);
    if (role === undefined) return new ServerInterceptingCall(call);
    const refuse = (code: status, details: string) => call.sendStatus(plainStatus(code, details));
    let grant: Grant | undefined;
    const listener = {
      onReceiveMetadata(metadata: Metadata, next: (metadata: Metadata) => void) {
        grantOf(metadata, check, role).then(
          (found) => {
            if (!("code" in found)) {
              grant = found;
              if (!keepsToken) metadata.remove("authorization");
              next(metadata);
            } else refuse(found.code, found.details);
          },
          (error: unknown) => {
            report(error);
            refuse(status.UNAVAILABLE, "tokens cannot be checked for now");
          },
        );
      },
      // biome-ignore lint/suspicious/noExplicitAny: a message of any method.
      onReceiveMessage(message: any, next: (message: any) => void) {
        const tenant = grant?.tenant;
        if (tenant === undefined || !namesForeigner(message, tenant)) return next(message);
        refuse(status.PERMISSION_DENIED, "a listener is not of the token's tenant");
      },
    };
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };
}

type Refusal = { readonly code: status; readonly details: string };

async function grantOf(
  metadata: Metadata,
  check: TokenCheck,
  role: Role,
): Promise<Grant | Refusal> {
  const values = metadata.get("authorization");
  const [, token] = /^Bearer ([\w.~+/=-]+)$/i.exec(String(values[0] ?? "")) ?? [];
  if (values.length !== 1 || token === undefined) {
    return { code: status.UNAUTHENTICATED, details: "the call needs one bearer token" };
  }
  const grant = await check(token);
  if (grant === undefined) {
    return { code: status.UNAUTHENTICATED, details: "the token is not valid" };
  }
  if (grant.roles.has(role)) return grant;
  return { code: status.PERMISSION_DENIED, details: `the token lacks the role "${role}"` };
}
