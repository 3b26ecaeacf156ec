import type { IncomingHttpHeaders } from "node:http";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]", "::1"]);

/** Why a request is refused; undefined where it is not. A page of another host could otherwise
 *  reach a console that only this machine should: by a request from its own origin, or by a name of
 *  its own that leads to this machine. */
export function refusalOfRequest(
  headers: IncomingHttpHeaders,
  boundTo: string,
): string | undefined {
  const { host, origin } = headers;
  if (host === undefined) return "the request has no Host";
  if (isThisMachine(boundTo) && !LOOPBACK.has(nameOf(host))) {
    return `this console is for this machine alone, not for ${nameOf(host)}`;
  }
  if (origin !== undefined && hostOf(origin) !== host) {
    return `pages of ${origin} may not call this console`;
  }
  return undefined;
}

/** Whether whoever listens on `host` is reached from this machine alone. */
export function isThisMachine(host: string): boolean {
  return LOOPBACK.has(host);
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, "");
}

/** Undefined for "null", as a sandboxed page sends it. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
