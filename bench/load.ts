import { credentials, Metadata } from "@grpc/grpc-js";
import {
  type NextTracksRequest,
  type NextTracksResponse,
  RecommenderClient,
} from "../proto/gen/segue/v1/recommender.ts";

const CONNECTIONS = 4;
const IN_FLIGHT = 16;
const CALL_TIMEOUT_MS = 10_000;

/** Asks one server in a closed loop: `IN_FLIGHT` requests are always under way, spread over
 *  `CONNECTIONS` connections. */
export interface LoadGenerator {
  /** Asks `requests` in turn, anew from the first when they are used up, for `seconds`; `check`
   *  sees every reply. */
  run(
    requests: readonly NextTracksRequest[],
    seconds: number,
    check: (reply: NextTracksResponse) => void,
  ): Promise<LoadFigures>;
  ask(request: NextTracksRequest): Promise<NextTracksResponse>;
  close(): void;
}

export interface LoadFigures {
  readonly seconds: number;
  /** One of every request. */
  readonly latenciesMs: readonly number[];
}

export function connectLoad(address: string): LoadGenerator {
  const clients = Array.from({ length: CONNECTIONS }, () => connect(address));
  let asked = 0;

  async function run(
    requests: readonly NextTracksRequest[],
    seconds: number,
    check: (reply: NextTracksResponse) => void,
  ): Promise<LoadFigures> {
    const latenciesMs: number[] = [];
    const startedMs = performance.now();
    const untilMs = startedMs + seconds * 1000;
    const lane = async (number: number): Promise<void> => {
      const client = clients[number % CONNECTIONS]!;
      for (let sentMs = startedMs; sentMs < untilMs; sentMs = performance.now()) {
        const reply = await call(client, requests[asked++ % requests.length]!);
        latenciesMs.push(performance.now() - sentMs);
        check(reply);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, (_, number) => lane(number)));
    return { seconds: (performance.now() - startedMs) / 1000, latenciesMs };
  }

  return {
    run,
    ask: (request) => call(clients[0]!, request),
    close() {
      for (const client of clients) client.close();
    },
  };
}

function connect(address: string): RecommenderClient {
  // Clients of one address share a connection unless they are told not to.
  const ownConnection = { "grpc.use_local_subchannel_pool": 1, "grpc.enable_channelz": 0 };
  return new RecommenderClient(address, credentials.createInsecure(), ownConnection);
}

function call(client: RecommenderClient, request: NextTracksRequest): Promise<NextTracksResponse> {
  const deadline = Date.now() + CALL_TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    client.nextTracks(request, new Metadata(), { deadline }, (error, reply) =>
      error ? reject(error) : resolve(reply),
    );
  });
}
