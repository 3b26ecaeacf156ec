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

/** Lets a server listen; port 0 takes any free one. Throws `bad_configuration` with `field`, the
 *  option that says the port, where it cannot. */
export async function listen(
  server: Server,
  { host, port, field }: { readonly host: string; readonly port: number; readonly field: string },
): Promise<ListeningServer> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const message = `cannot listen on ${host}:${port}`;
    throw new Failure("bad_configuration", message, { field, cause });
  }
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
