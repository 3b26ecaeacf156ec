import type { AddressInfo } from "node:net";
import {
  type ChannelOptions,
  Server,
  ServerCredentials,
  type ServerInterceptor,
} from "@grpc/grpc-js";
import { HealthImplementation, service as healthService } from "grpc-health-check";
import { cannotListen } from "../core/http/listen.ts";
import { boundedConnections, type Connections } from "./connections.ts";
import { freeClosedStreams } from "./free-closed-streams.ts";
import { CONNECTION_LIMITS, SERVER_LIMITS } from "./limits.ts";
import { addReflection } from "./reflection.ts";
import type { ServedService } from "./serve.ts";
import { endUnreadStreams, type UnreadLimits } from "./unread-streams.ts";

export interface ServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly services: readonly ServedService[];
  /** Without them the server speaks plain text. */
  readonly credentials?: ServerCredentials;
  /** What a call passes before its handler. */
  readonly interceptors?: ServerInterceptor[];
  /** Whether callers may ask for the contracts; off where it is not given. */
  readonly reflection?: boolean;
  readonly connectionLimits?: Partial<typeof CONNECTION_LIMITS>;
  readonly unreadLimits?: UnreadLimits;
}

export interface RunningServer {
  readonly port: number;
  /** Says that it serves no more, lets the calls under way end, and ends those that take longer
   *  than `graceMs`. */
  drain(graceMs?: number): Promise<void>;
  /** Ends at once, calls and all. */
  close(): void;
}

/** Serves `services` over gRPC, with health (`grpc.health.v1`) and, where it is asked for,
 *  reflection. Throws `bad_configuration` where it cannot listen. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { services, interceptors = [], connectionLimits } = options;
  const server = new Server({ ...CHANNEL_OPTIONS, interceptors });
  const names = services.map(({ definition }) => serviceName(definition));
  for (const { definition, implementation } of services) {
    server.addService(definition, implementation);
  }
  const health = new HealthImplementation();
  const report = (state: "SERVING" | "NOT_SERVING") => {
    for (const name of ["", ...names]) health.setStatus(name, state);
  };
  health.addToServer(server);
  if (options.reflection) addReflection(server, [...names, serviceName(healthService)]);
  const credentials = options.credentials ?? ServerCredentials.createInsecure();
  const door = server.createConnectionInjector(credentials);
  const limits = { ...CONNECTION_LIMITS, ...connectionLimits };
  const connections = boundedConnections(door.injectConnection, limits, monotonicMs);
  const port = await listen(connections, options);
  const unreadLimits = options.unreadLimits ?? SERVER_LIMITS;
  const watches = [endUnreadStreams(unreadLimits, monotonicMs), freeClosedStreams()];
  const endWatches = () => {
    for (const end of watches) end();
  };
  report("SERVING");
  return {
    port,
    async drain(graceMs = SERVER_LIMITS.drainMs) {
      report("NOT_SERVING");
      connections.close();
      door.drain(graceMs);
      await shutDown(server);
      endWatches();
    },
    close() {
      endWatches();
      connections.close();
      door.destroy();
      server.forceShutdown();
      connections.endAll();
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

const monotonicMs = () => performance.now();

function serviceName(definition: ServedService["definition"]): string {
  const [method] = Object.values(definition);
  return method?.path.split("/")[1] ?? "";
}

function listen({ listener }: Connections, { host, port }: ServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once("error", (cause) => reject(cannotListen({ host, port, field: "--port" }, cause)));
    listener.listen({ host, port }, () => resolve((listener.address() as AddressInfo).port));
  });
}

/** Resolves when the last connection has ended. It would wait for ever for a caller that watches
 *  its health, if the door were not drained, too. */
function shutDown(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.tryShutdown((error) => (error ? reject(error) : resolve()));
  });
}
