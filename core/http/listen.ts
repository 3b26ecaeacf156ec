import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Failure } from "../domain/failure.ts";

/** An HTTP server that listens. */
export interface ListeningServer {
  readonly port: number;
  /** Takes no more, and ends the connections that are open. */
  close(): void;
}

/** Where a server is to listen, and the option that says so. */
export interface Door {
  readonly host: string;
  readonly port: number;
  readonly field: string;
}

/** Lets a server listen; port 0 takes any free one. Throws `bad_configuration` with `field`, the
 *  option that says the port, where it cannot. */
export async function listen(
  server: Server,
  { host, port, field }: Door,
): Promise<ListeningServer> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw cannotListen({ host, port, field }, cause);
  }
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What is thrown where nobody can listen at a door: why, and what to do about it. */
export function cannotListen({ host, port, field }: Door, cause: unknown): Failure {
  const { code, message } = cause as NodeJS.ErrnoException;
  const taken = "something listens there already: end it, or give another port";
  const why = code === "EADDRINUSE" ? taken : message;
  return new Failure("bad_configuration", `cannot listen on ${host}:${port}: ${why}`, {
    field,
    cause,
  });
}
