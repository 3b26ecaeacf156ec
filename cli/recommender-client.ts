import { credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { Failure } from "../core/domain/failure.ts";
import { EventGatewayClient, type PublishResponse } from "../proto/gen/segue/v1/gateway.ts";
import type { ListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import {
  type GetListenerResponse,
  NextTracksRequest,
  type NextTracksResponse,
  RecommenderClient,
  type SimilarTracksResponse,
} from "../proto/gen/segue/v1/recommender.ts";

/** Both services of a running scorer, as promises. */
export interface Client {
  nextTracks(request: Partial<NextTracksRequest>): Promise<NextTracksResponse>;
  similarTracks(track: string, k: number): Promise<SimilarTracksResponse>;
  getListener(listener: string): Promise<GetListenerResponse>;
  publish(event: ListeningEvent): Promise<PublishResponse>;
  /** Resolves when the server answers, or rejects after `timeoutMs`. */
  ready(timeoutMs: number): Promise<void>;
  close(): void;
}

const CALL_TIMEOUT_MS = 10_000;

/** Connects to `address`, as "host:port". Calls end with an error after 10 seconds. Clients of one
 *  process share a connection to an address, but for one that wants its `ownConnection`. */
export function connectClient(
  address: string,
  { ownConnection = false }: { readonly ownConnection?: boolean } = {},
): Client {
  const channel = { "grpc.use_local_subchannel_pool": ownConnection ? 1 : 0 };
  const recommender = new RecommenderClient(address, credentials.createInsecure(), channel);
  const gateway = new EventGatewayClient(address, credentials.createInsecure(), channel);
  const none = new Metadata();
  const bounded = () => ({ deadline: Date.now() + CALL_TIMEOUT_MS });
  return {
    nextTracks: (request) =>
      call((done) =>
        recommender.nextTracks(NextTracksRequest.fromPartial(request), none, bounded(), done),
      ),
    similarTracks: (track, k) =>
      call((done) =>
        recommender.similarTracks({ track, k, withDetails: false }, none, bounded(), done),
      ),
    getListener: (listener) =>
      call((done) =>
        recommender.getListener({ listener, forwarded: false }, none, bounded(), done),
      ),
    publish: (event) => call((done) => gateway.publish({ event }, none, bounded(), done)),
    ready: (timeoutMs) => call((done) => recommender.waitForReady(Date.now() + timeoutMs, done)),
    close() {
      recommender.close();
      gateway.close();
    },
  };
}

// biome-ignore lint/suspicious/noConfusingVoidType: waitForReady calls back without a value.
type Done<T> = (error: ServiceError | Error | null | undefined, value?: T | void) => void;

function call<T>(start: (done: Done<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(failureOf(error)) : resolve(value as T)));
  });
}

/** What a person at a terminal can act on; other errors are passed on as they are. */
function failureOf(error: ServiceError | Error): Error {
  const code = "code" in error ? error.code : undefined;
  const details = "details" in error ? error.details : error.message;
  if (code === status.INVALID_ARGUMENT) return new Failure("bad_request", details);
  if (code !== status.UNAVAILABLE) return error;
  const why = details.replace(/ Resolution note: $/, "");
  const message = `no scorer answers: ${why} Start one (npm start), or say where it is (--to)`;
  return new Failure("dependency_missing", message, { cause: error });
}
