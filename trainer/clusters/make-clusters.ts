import type { BundleContent, TrackClusters } from "../../core/bundle/bundle.ts";
import type { ModelName } from "../../core/domain/ids.ts";
import type { ModelSpace, TrackSpace } from "../../scorer/retrieval/retriever.ts";
import { seededRandom } from "../random.ts";
import type { StopCheck } from "../train-epoch.ts";
import { chooseReach } from "./choose-reach.ts";
import { clusterPoints, type SampledQueries } from "./cluster-points.ts";
import { clusterTracks } from "./cluster-tracks.ts";
import { divideClusters } from "./divide-clusters.ts";
import { makeCodes } from "./make-codes.ts";
import { type HeardSessions, sampleQueries } from "./sample-queries.ts";

export interface ClusterTask {
  /** The same content, queries and seed give the same clusters. */
  readonly seed: number;
  /** Told what is under way and how far it is. */
  readonly progress: (what: string, done: number, total: number) => void;
  readonly stopCheck: StopCheck;
}

/** Clusters for a bundle's tracks, with what searches in them find and read for the tastes of
 *  `sessions`. Throws what `stopCheck` throws. */
export async function makeClusters(
  content: Pick<BundleContent, "models" | "popularity" | "blend">,
  sessions: HeardSessions,
  task: ClusterTask,
): Promise<TrackClusters> {
  task.progress("hear sessions", 0, 1);
  const queries = await sampleQueries(content, sessions, task.stopCheck);
  return clusterSpace(spaceOf(content), queries, task);
}

/** The same for queries that are there already. */
export async function clusterSpace(
  space: TrackSpace,
  queries: SampledQueries,
  { seed, progress, stopCheck }: ClusterTask,
): Promise<TrackClusters> {
  const quietly = { queries, stopCheck };
  const clustered = await clusterTracks(clusterPoints(space, queries), {
    clusters: clusterCount(space.count),
    random: seededRandom(seed, "clusters"),
    progress: (done, total) => progress("cluster tracks", done, total),
    stopCheck,
  });
  const coded = await makeCodes(space, clustered, {
    ...quietly,
    progress: (done, total) => progress("code tracks", done, total),
  });
  const divided =
    space.count < DIVIDED_TRACKS_MIN
      ? undefined
      : divideClusters(clustered, coded, {
          ...{ random: seededRandom(seed, "parts"), stopCheck },
          progress: (done, total) => progress("divide clusters", done, total),
        });
  const ordered = divided?.clustered ?? clustered;
  const codes = { ...coded, ...(divided && { parts: divided.parts }) };
  const chosen = chooseReach(
    space,
    { clustered: ordered, codes },
    {
      ...quietly,
      progress: (done, total) => progress("measure searches", done, total),
    },
  );
  return { ...ordered, ...chosen.figures, codes: { margin: chosen.margin, ...codes } };
}

/** Clusters of smaller catalogues have so few tracks that a search may as well read them whole. */
const DIVIDED_TRACKS_MIN = 200_000;

/** A search looks at all centroids, and then at the tracks of some clusters: both grow with the
 *  root of the catalogue. */
function clusterCount(tracks: number): number {
  return Math.ceil(2 * Math.sqrt(tracks));
}

function spaceOf({ models, popularity }: Pick<BundleContent, "models" | "popularity">): TrackSpace {
  const spaces: Partial<Record<ModelName, ModelSpace>> = {};
  for (const name of Object.keys(models) as ModelName[]) {
    const { dimension, outputVectors: vectors, outputBias } = models[name]!;
    spaces[name] = { dimension, vectors, bias: outputBias ?? new Float32Array(popularity.length) };
  }
  return { count: popularity.length, models: spaces, popularity };
}
