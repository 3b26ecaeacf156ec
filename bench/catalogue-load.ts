import { join } from "node:path";
import type { ModelContent, TrackClusters } from "../core/bundle/bundle.ts";
import { publishBundle } from "../core/bundle/publish-bundle.ts";
import { MODEL_NAMES, type ModelName, type TrackId } from "../core/domain/ids.ts";
import { RecommenderService } from "../proto/gen/segue/v1/recommender.ts";
import type { TrackSpace } from "../scorer/retrieval/retriever.ts";
import {
  encodeGraph,
  input,
  newGraph,
  node,
  output,
  scalar,
} from "../trainer/onnx/graph-builder.ts";
import { describeTracks, filtered, untilDescribed } from "./half-filtered.ts";
import { type Http2Loader, startHttp2Loader } from "./http2-loader.ts";
import { percentile } from "./measure.ts";
import { cpuUsOfFamily } from "./process-cpu.ts";
import { openScorerWorld, type ScorerWorld } from "./scorer-world.ts";
import { makeHome } from "./temporary.ts";

/** Answers of a scorer that is asked at a rate, whether or not others have ended. */
export interface LoadFigures {
  readonly p50_ms: number;
  readonly p90_ms: number;
  readonly p99_ms: number;
  readonly errors: number;
  /** Milliseconds of CPU of the scorer's processes for each call. */
  readonly cpu_ms: number;
}

export interface CatalogueLoad extends LoadFigures {
  readonly rate: number;
  /** The same calls with a filter that half of the catalogue passes. */
  readonly half_filtered: LoadFigures;
}

/** The graphs of a served model. */
export type Graphs = Pick<ModelContent, "hidden" | "features" | "step" | "taste">;

/** A search keeps one thread busy: a process for each of two cores. */
const PROCESSES = 2;
const [CONNECTIONS, LISTENERS, K] = [16, 500, 20];
/** V8 compiles what is called often, and that goes on for thousands of calls. */
const WARM_SHARE = 0.5;

/** Serves a catalogue with its clusters over gRPC and asks for lists of 20 by tastes alone: without
 *  neighbours and co-play, which would say much of the list before the search. */
export async function measureLoad(
  content: {
    readonly space: TrackSpace;
    readonly clusters: TrackClusters;
    readonly graphs: Readonly<Partial<Record<ModelName, Graphs>>>;
  },
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): Promise<CatalogueLoad> {
  const home = makeHome();
  const folder = join(home.folder, "large-bundle");
  const tracks = content.space.count;
  await publishLarge(folder, content);
  const sizes = { tracks, listeners: LISTENERS, k: K };
  const world = await openScorerWorld({ ...sizes, bundle: folder, processes: PROCESSES });
  const loader = await startHttp2Loader();
  try {
    await describeTracks(world.folders.log, tracks);
    await untilDescribed(world);
    const plain = await loadFigures(world, loader, { rate, seconds, messages: world.messages });
    const messages = world.messages.map(filtered);
    const half = await loadFigures(world, loader, { rate, seconds, messages });
    return { rate, ...plain, half_filtered: half };
  } finally {
    await loader.close();
    await world.close();
    home.remove();
  }
}

async function loadFigures(
  { port, scorer }: ScorerWorld,
  loader: Http2Loader,
  asked: {
    readonly rate: number;
    readonly seconds: number;
    readonly messages: readonly Uint8Array[];
  },
): Promise<LoadFigures> {
  const { path } = RecommenderService.nextTracks;
  const { rate, seconds, messages } = asked;
  const load = loader.open({ path, port, messages, connections: CONNECTIONS });
  await load.openLoop(rate, WARM_SHARE * seconds);
  const before = cpuUsOfFamily(scorer.process.pid!);
  const { latenciesMs, errors } = await load.openLoop(rate, seconds);
  const cpuUs = cpuUsOfFamily(scorer.process.pid!) - before;
  load.close();
  return {
    p50_ms: percentile(latenciesMs, 0.5),
    p90_ms: percentile(latenciesMs, 0.9),
    p99_ms: percentile(latenciesMs, 0.99),
    errors,
    cpu_ms: cpuUs / 1000 / latenciesMs.length,
  };
}

async function publishLarge(
  folder: string,
  { space, clusters, graphs }: Parameters<typeof measureLoad>[0],
): Promise<void> {
  const models: Partial<Record<ModelName, ModelContent>> = {};
  for (const name of MODEL_NAMES) {
    const model = space.models[name];
    if (model === undefined) continue;
    const { dimension, vectors, bias } = model;
    const own = graphs[name] ?? averagingGraphs(dimension);
    models[name] = {
      ...own,
      dimension,
      inputVectors: vectors,
      outputVectors: vectors,
      outputBias: bias,
    };
  }
  await publishBundle(folder, {
    trackIds: Array.from({ length: space.count }, (_, track) => `track-${track}` as TrackId),
    ...{ popularity: space.popularity, models, clusters },
    blend: { short: models.short ? 1 : 0, long: models.long ? 0.5 : 0, popularity: 0.2 },
    idleTimeoutMs: 30 * 60 * 1000,
    training: { source: "a catalogue for a benchmark" },
  });
}

/** Graphs of a model whose taste is a running mean of the tracks that were heard. */
function averagingGraphs(dimension: number): Graphs {
  const step = newGraph("running mean");
  const shape = ["batch", dimension];
  const part = (name: string, share: number) =>
    node(step, "Mul", [input(step, name, shape), scalar(step, share)], { shape });
  const parts = [part("track", 0.4), part("hidden", 0.6)];
  output(step, "hidden_next", node(step, "Add", parts, { shape }));
  const taste = newGraph("the state itself");
  output(taste, "taste", input(taste, "hidden", shape));
  return { hidden: dimension, features: [], step: encodeGraph(step), taste: encodeGraph(taste) };
}
