import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Failure } from "../core/domain/failure.ts";

/** Says over HTTP whether a process is ready: 200 or 503, for any path, with a JSON object. */
export interface HealthEndpoint {
  readonly port: number;
  say(ready: boolean, detail: Readonly<Record<string, unknown>>): void;
  close(): void;
}

/** Not ready until it is told so. Throws `bad_configuration` where it cannot listen. */
export async function startHealthEndpoint(host: string, port: number): Promise<HealthEndpoint> {
  let said = { ready: false, detail: {} as Readonly<Record<string, unknown>> };
  const server = createServer((_request, response) => {
    response.writeHead(said.ready ? 200 : 503, { "content-type": "application/json" });
    response.end(`${JSON.stringify({ ready: said.ready, ...said.detail })}\n`);
  });
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const message = `cannot listen on ${host}:${port}`;
    throw new Failure("bad_configuration", message, { field: "--health-port", cause });
  }
  return {
    port: (server.address() as AddressInfo).port,
    say: (ready, detail) => {
      said = { ready, detail };
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
