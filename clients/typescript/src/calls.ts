import {
  type ChannelCredentials,
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceError,
} from "@grpc/grpc-js";
import { ClientFailure, failureOf } from "./client-failure.ts";
import type { CheckedOptions } from "./options.ts";
import { serviceConfig } from "./service-config.ts";

/** Calls over one gRPC channel. They reject with a `ClientFailure`. */
export interface Calls {
  /** Ends after `timeoutMs`, all tries together. */
  ask<Request, Reply>(
    method: MethodDefinition<Request, Reply>,
    request: Request,
    timeoutMs: number,
  ): Promise<Reply>;
  /** Sends all requests in one stream, and resolves to the one reply. */
  stream<Request, Reply>(
    method: MethodDefinition<Request, Reply>,
    requests: readonly Request[],
    timeoutMs: number,
  ): Promise<Reply>;
  close(): void;
}

/** Connects when the first call is made. */
export function openCalls(options: CheckedOptions): Calls {
  const client = new Client(options.address, credentialsOf(options), {
    "grpc.service_config": JSON.stringify(serviceConfig(options)),
    // Servers in DNS may publish a configuration too; what the caller chose holds.
    "grpc.service_config_disable_resolution": 1,
    // A server that restarts is there again sooner than gRPC's own two minutes of patience.
    "grpc.max_reconnect_backoff_ms": 5_000,
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.keepalive_time_ms": 60_000,
  });
  let isClosed = false;

  function begin(timeoutMs: number) {
    if (isClosed) throw new ClientFailure("closed", "the client is closed");
    const metadata = new Metadata();
    if (options.token !== undefined) metadata.set("authorization", `Bearer ${options.token()}`);
    return { metadata, callOptions: { deadline: Date.now() + timeoutMs } };
  }

  return {
    ask(method, request, timeoutMs) {
      return settled((done) => {
        const { metadata, callOptions } = begin(timeoutMs);
        const { path, requestSerialize, responseDeserialize } = method;
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          metadata,
          callOptions,
          done,
        );
      });
    },
    stream(method, requests, timeoutMs) {
      return settled((done) => {
        const { metadata, callOptions } = begin(timeoutMs);
        const { path, requestSerialize, responseDeserialize } = method;
        const call = client.makeClientStreamRequest(
          path,
          requestSerialize,
          responseDeserialize,
          metadata,
          callOptions,
          done,
        );
        for (const request of requests) call.write(request);
        call.end();
      });
    },
    close() {
      isClosed = true;
      client.close();
    },
  };
}

type Done<Reply> = (error: ServiceError | null, reply?: Reply) => void;

function settled<Reply>(start: (done: Done<Reply>) => void): Promise<Reply> {
  return new Promise((resolve, reject) => {
    start((error, reply) => (error ? reject(failureOf(error)) : resolve(reply as Reply)));
  });
}

function credentialsOf({ tls }: CheckedOptions): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const bytes = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
  return credentials.createSsl(bytes(tls.authorities), bytes(tls.key), bytes(tls.certificate));
}
