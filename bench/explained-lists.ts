import { connectClient } from "../cli/recommender-client.ts";
import { NextTracksRequest, RecommenderService } from "../proto/gen/segue/v1/recommender.ts";
import { requireThat } from "./did-not-happen.ts";
import { requireNoErrors } from "./http2-load.ts";
import type { Http2Loader } from "./http2-loader.ts";
import { percentile } from "./measure.ts";
import type { ScorerWorld } from "./scorer-world.ts";

const CONNECTIONS = 4;
/** Lists are explained to the few who ask why. */
const RATE = 50;
const { path } = RecommenderService.nextTracks;

export interface ExplainedLists {
  readonly plain: Latencies;
  readonly explained: Latencies;
  /** What explaining adds to either. */
  readonly more_p50_ms: number;
  readonly more_p99_ms: number;
}

interface Latencies {
  readonly p50_ms: number;
  readonly p99_ms: number;
}

/** How much longer a list takes that says which events brought its tracks: asked for one after the
 *  other, in an open loop, in turns with the same lists unexplained. */
export async function explainedLists(
  { port, messages }: Pick<ScorerWorld, "port" | "messages">,
  loader: Http2Loader,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<ExplainedLists> {
  const withReasons = messages.map(explained);
  await requireReasons(port, withReasons[0]!);
  const shared = { path, port, connections: CONNECTIONS };
  const turns = [messages, withReasons].map((asked) => ({
    load: loader.open({ ...shared, messages: asked }),
    latenciesMs: [] as number[],
  }));
  // The first turn of each warms it up.
  for (let round = 0; round <= rounds; round++) {
    for (const { load, latenciesMs } of turns) {
      const result = await load.openLoop(RATE, seconds);
      requireNoErrors(result);
      if (round > 0) latenciesMs.push(...result.latenciesMs);
    }
  }
  for (const { load } of turns) load.close();
  const [plain, why] = turns.map(({ latenciesMs }) => ({
    p50_ms: percentile(latenciesMs, 0.5),
    p99_ms: percentile(latenciesMs, 0.99),
  }));
  return {
    plain: plain!,
    explained: why!,
    more_p50_ms: why!.p50_ms - plain!.p50_ms,
    more_p99_ms: why!.p99_ms - plain!.p99_ms,
  };
}

/** The loads count replies, and do not read them. */
async function requireReasons(port: number, message: Uint8Array): Promise<void> {
  const client = connectClient(`127.0.0.1:${port}`);
  const { tracks } = await client.nextTracks(NextTracksRequest.decode(message));
  client.close();
  const has = tracks.some(({ broughtBy }) => broughtBy.length > 0);
  requireThat(has, "no track of a list that was to be explained has a reason");
}

function explained(message: Uint8Array): Uint8Array {
  const request = NextTracksRequest.decode(message);
  return NextTracksRequest.encode({ ...request, explain: {} }).finish();
}
