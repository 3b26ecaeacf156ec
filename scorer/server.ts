import { type ChannelOptions, Server, ServerCredentials } from "@grpc/grpc-js";
import { HealthImplementation, service as healthService } from "grpc-health-check";
import { Failure } from "../core/domain/failure.ts";
import { SERVER_LIMITS } from "./limits.ts";
import { addReflection } from "./reflection.ts";
import type { ServedService } from "./serve.ts";

export interface ServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly services: readonly ServedService[];
  /** Without them the server speaks plain text. */
  readonly credentials?: ServerCredentials;
}

export interface RunningServer {
  readonly port: number;
  /** Says that it serves no more, lets the calls under way end, and ends those that take longer
   *  than `graceMs`. */
  drain(graceMs?: number): Promise<void>;
  /** Ends at once, calls and all. */
  close(): void;
}

/** Serves `services` over gRPC, with health (`grpc.health.v1`) and reflection. Throws
 *  `bad_configuration` where it cannot listen. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const server = new Server(CHANNEL_OPTIONS);
  const names = options.services.map(({ definition }) => serviceName(definition));
  for (const { definition, implementation } of options.services) {
    server.addService(definition, implementation);
  }
  const health = new HealthImplementation();
  const report = (state: "SERVING" | "NOT_SERVING") => {
    for (const name of ["", ...names]) health.setStatus(name, state);
  };
  health.addToServer(server);
  addReflection(server, [...names, serviceName(healthService)]);
  const port = await listen(server, options);
  report("SERVING");
  const address = addressOf(options.host, port);
  return {
    port,
    drain(graceMs = SERVER_LIMITS.drainMs) {
      report("NOT_SERVING");
      return shutDown(server, address, graceMs);
    },
    close() {
      server.drain(address, 0);
      server.forceShutdown();
    },
  };
}

const CHANNEL_OPTIONS: ChannelOptions = {
  "grpc.max_receive_message_length": SERVER_LIMITS.requestBytesMax,
  "grpc.max_send_message_length": SERVER_LIMITS.replyBytesMax,
  "grpc.max_concurrent_streams": SERVER_LIMITS.streamsPerConnectionMax,
  "grpc.max_connection_idle_ms": SERVER_LIMITS.connectionIdleMs,
  "grpc.max_connection_age_ms": SERVER_LIMITS.connectionAgeMs,
  "grpc.max_connection_age_grace_ms": SERVER_LIMITS.connectionAgeGraceMs,
  "grpc.keepalive_time_ms": SERVER_LIMITS.keepaliveMs,
  "grpc.keepalive_timeout_ms": SERVER_LIMITS.keepaliveTimeoutMs,
  "grpc-node.max_session_memory": SERVER_LIMITS.sessionMegabytesMax,
  // Tracing structures for every call and connection, which nothing here reads.
  "grpc.enable_channelz": 0,
};

function serviceName(definition: ServedService["definition"]): string {
  const [method] = Object.values(definition);
  return method?.path.split("/")[1] ?? "";
}

function listen(server: Server, { host, port, credentials }: ServerOptions): Promise<number> {
  const address = addressOf(host, port);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials ?? ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) return resolve(bound);
      const problem = `cannot listen on ${address}: ${error.message}`;
      reject(new Failure("bad_configuration", problem, { field: "port", cause: error }));
    });
  });
}

function addressOf(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Resolves when the last connection has ended. `tryShutdown` alone would wait for ever for a
 *  caller that watches its health, and `forceShutdown` of grpc-js 1.14 ends no connection where
 *  channelz is off: `drain` before it does, after `graceMs`. */
function shutDown(server: Server, address: string, graceMs: number): Promise<void> {
  server.drain(address, graceMs);
  return new Promise((resolve, reject) => {
    server.tryShutdown((error) => (error ? reject(error) : resolve()));
  });
}
