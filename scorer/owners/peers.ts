import { type ChannelCredentials, Metadata, status } from "@grpc/grpc-js";
import {
  type FollowListenerRequest,
  type FollowListenerResponse,
  RecommenderClient,
} from "../../proto/gen/segue/v1/recommender.ts";
import { FORWARD_LIMITS } from "../limits.ts";
import type { PassedHeaders } from "../unary.ts";
import type { ListenerRequest, PassedOn } from "./passed-on.ts";

/** The other hosts of an installation, as one of them asks them. */
export interface Peers {
  /** A host's answer; undefined where it does not answer in time, refuses, or rests because it did
   *  not answer a moment ago. */
  ask<Request extends ListenerRequest, Reply>(
    method: PassedOn<Request, Reply>,
    request: Request,
    asked: AskedPeer & { readonly waitMs: number },
  ): Promise<Reply | undefined>;
  /** Hands over what a host sends to who follows a listener. Resolves when the host sends no more,
   *  for whatever reason. */
  follow(request: FollowListenerRequest, asked: AskedPeer, take: TakeList): Promise<void>;
  /** Whether a host did not answer a moment ago. */
  rests(address: string): boolean;
  close(): void;
}

export type TakeList = (reply: FollowListenerResponse) => Promise<void>;

export interface AskedPeer {
  readonly address: string;
  /** Told as they were told here. */
  readonly headers?: (() => PassedHeaders) | undefined;
  /** Raised when nobody waits any more. */
  readonly signal: AbortSignal;
}

export interface PeersOptions {
  /** Asked for again from time to time, since certificates are exchanged. */
  readonly credentials: () => ChannelCredentials;
  /** A clock that only goes forwards, in milliseconds. */
  readonly nowMs: () => number;
}

export function openPeers({ credentials, nowMs }: PeersOptions): Peers {
  const clients = new Map<string, { readonly client: RecommenderClient; readonly atMs: number }>();
  const restUntilMs = new Map<string, number>();

  function clientOf(address: string): RecommenderClient {
    const known = clients.get(address);
    if (known !== undefined && nowMs() - known.atMs < FORWARD_LIMITS.clientFreshMs) {
      return known.client;
    }
    known?.client.close();
    if (clients.size >= FORWARD_LIMITS.clientsMax) close();
    const client = new RecommenderClient(address, credentials(), CHANNEL_OPTIONS);
    clients.set(address, { client, atMs: nowMs() });
    return client;
  }

  function rests(address: string): boolean {
    return nowMs() < (restUntilMs.get(address) ?? 0);
  }

  function rest(address: string): void {
    restUntilMs.set(address, nowMs() + FORWARD_LIMITS.restMs);
  }

  function close(): void {
    for (const { client } of clients.values()) client.close();
    clients.clear();
    restUntilMs.clear();
  }

  return {
    rests,
    close,
    ask(method, request, { address, headers, waitMs, signal }) {
      if (rests(address) || signal.aborted) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        // gRPC's deadlines are times of this machine's clock.
        const options = { deadline: Date.now() + waitMs };
        const passed = { ...request, forwarded: true };
        const told = metadataOf(headers);
        const call = method.start(clientOf(address), passed, told, options, (error, reply) => {
          signal.removeEventListener("abort", cancel);
          if (error !== null && SILENT.has(error.code)) rest(address);
          resolve(error === null ? reply : undefined);
        });
        const cancel = () => call.cancel();
        signal.addEventListener("abort", cancel);
      });
    },
    async follow(request, asked, take) {
      const { address, signal } = asked;
      if (signal.aborted) return;
      await readStream(clientOf(address), request, { ...asked, take });
      // Whatever it said, another host is to be followed next.
      if (!signal.aborted) rest(address);
    },
  };
}

/** Resolves when the stream ends, for whatever reason but what `take` throws. */
async function readStream(
  client: RecommenderClient,
  request: FollowListenerRequest,
  { headers, signal, take }: Omit<AskedPeer, "address"> & { readonly take: TakeList },
): Promise<void> {
  const call = client.followListener(request, metadataOf(headers));
  const cancel = () => call.cancel();
  signal.addEventListener("abort", cancel);
  let ended: unknown;
  // gRPC tells of a cancelled stream even where nobody reads it any more.
  call.on("error", (error) => {
    ended = error;
  });
  try {
    for await (const reply of call) await take(reply as FollowListenerResponse);
  } catch (error) {
    if (error !== ended) throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
    call.cancel();
  }
}

/** What a host that is away, or too slow, answers with. */
const SILENT: ReadonlySet<status> = new Set([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]);

const CHANNEL_OPTIONS = {
  // A host that comes back is to be asked again at once.
  "grpc.initial_reconnect_backoff_ms": FORWARD_LIMITS.reconnectMs,
  "grpc.min_reconnect_backoff_ms": FORWARD_LIMITS.reconnectMs,
  "grpc.max_reconnect_backoff_ms": FORWARD_LIMITS.reconnectMs,
};

function metadataOf(headers: AskedPeer["headers"]): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers?.() ?? {})) metadata.set(name, value);
  return metadata;
}
