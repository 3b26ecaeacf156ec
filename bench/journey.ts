import { openLmdbReader } from "../core/state/lmdb-reader.ts";
import type { BenchOptions } from "./bench.ts";
import { measureIngestParts, type RoundLimits } from "./ingest-rounds.ts";
import { journeyFigures, journeyTable } from "./journey-figures.ts";
import type { ListeningSizes } from "./listening.ts";
import { measureRequests, type RequestSizes } from "./requests.ts";
import { measureRetrieval, type RetrievalSizes } from "./retrieval.ts";
import { makeWorld } from "./world.ts";

interface JourneySizes {
  readonly listening: ListeningSizes;
  readonly ingest: RoundLimits;
  readonly retrieval: RetrievalSizes;
  readonly requests: RequestSizes;
}

const FULL: JourneySizes = {
  listening: { tracks: 60_000, listeners: 2_000, sessionsEach: 2, sessionEvents: 5 },
  ingest: { roundsMin: 3, roundsMax: 9, seconds: 20 },
  retrieval: { k: 20, searches: 100, rounds: 10 },
  requests: { k: 20, rounds: 4, roundSeconds: 1 },
};
const QUICK: JourneySizes = {
  listening: { tracks: 10_000, listeners: 400, sessionsEach: 2, sessionEvents: 5 },
  ingest: { roundsMin: 3, roundsMax: 6, seconds: 2 },
  retrieval: { k: 20, searches: 50, rounds: 8 },
  requests: { k: 20, rounds: 1, roundSeconds: 0.5 },
};

/** What an event costs on its way from the log into the store, what a request costs on its way
 *  back, and how near each part is to a limit that was measured in the same minute. Resolves with
 *  the text for stdout. */
export async function journey({ json, quick, progress }: BenchOptions): Promise<string> {
  const sizes = quick ? QUICK : FULL;
  progress("makes a world");
  const world = await makeWorld(sizes.listening);
  try {
    progress(`ingests ${world.events.length} events, whole and in parts`);
    const ingest = await measureIngestParts(world, sizes.ingest);
    progress("searches");
    const state = openLmdbReader(world.home.state);
    const retrieval = await measureRetrieval(world, state, sizes.retrieval);
    await state.close();
    progress("asks the scorer and a bare server, in turns");
    const requests = await measureRequests(world, sizes.requests);
    const figures = journeyFigures(world, { ingest, retrieval, ...requests });
    return json ? `${JSON.stringify({ quick, ...figures }, null, 2)}\n` : journeyTable(figures);
  } finally {
    await world.close();
  }
}
