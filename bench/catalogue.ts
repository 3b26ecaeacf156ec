import { drawTable } from "../cli/table.ts";
import { openBundle } from "../core/bundle/open-bundle.ts";
import type { TrackIndex } from "../core/domain/ids.ts";
import { layOutCodes } from "../scorer/retrieval/code-layout.ts";
import { openCodeSearch } from "../scorer/retrieval/code-search.ts";
import { exactScan } from "../scorer/retrieval/exact-scan.ts";
import { openLayout } from "../scorer/retrieval/model-vectors.ts";
import { searchReach } from "../scorer/retrieval/open-retriever.ts";
import { trackSpace } from "../scorer/retrieval/retriever.ts";
import { addTrack, noTracks, type TrackBits } from "../scorer/retrieval/track-bits.ts";
import { sessionsOfBundle } from "../trainer/clusters/bundle-sessions.ts";
import { clusterSpace } from "../trainer/clusters/make-clusters.ts";
import { sampleQueries } from "../trainer/clusters/sample-queries.ts";
import { seededRandom } from "../trainer/random.ts";
import type { BenchOptions } from "./bench.ts";
import { type CatalogueLoad, measureLoad } from "./catalogue-load.ts";
import { requireThat } from "./did-not-happen.ts";
import { type FilterFigures, measureFilters } from "./filter-cost.ts";
import { type BaseSpace, largeSpace, syntheticSpace } from "./large-space.ts";
import {
  exactAnswers,
  measureSearches,
  questionsOf,
  type SearchFigures,
} from "./measure-searches.ts";

const FULL = {
  sizes: [10_000, 60_000, 300_000, 1_000_000, 3_000_000],
  ...{ served: 1_000_000, rate: 500, seconds: 30 },
};
const QUICK = { sizes: [2_000, 10_000], served: 10_000, rate: 100, seconds: 1 };

/** What a search costs and finds by the size of the catalogue, with clusters and without, and with
 *  half of the catalogue filtered out; at one size what filters cost, and how long whole answers
 *  take. */
export async function catalogue(options: BenchOptions): Promise<string> {
  const { json, quick, bundle, progress } = options;
  const plan = planOf(options);
  const base = bundle === undefined ? syntheticSpace() : await spaceOfBundle(bundle);
  const byTracks: Record<string, SizeFigures> = {};
  let load: CatalogueLoad | undefined;
  for (const tracks of plan.sizes) {
    progress(`makes and searches ${tracks} tracks`);
    const { figures, space, clusters } = await measureSize(base, tracks);
    byTracks[tracks] = figures;
    progress(`found ${JSON.stringify(figures)}`);
    if (tracks !== plan.served) continue;
    progress(`serves ${tracks} tracks, and asks ${plan.rate} times a second`);
    load = await measureLoad({ space, clusters, graphs: base.graphs }, plan);
  }
  progress(`filters ${plan.served} tracks`);
  const filters = await measureFilters(plan.served);
  const served = { tracks: plan.served, filter_ms: filters, open_loop: load! };
  const figures = { quick, bundle: bundle ?? "synthetic", by_tracks: byTracks, served };
  return json ? `${JSON.stringify(figures, null, 2)}\n` : table(byTracks) + sentences(served);
}

/** What a track takes of memory while its catalogue is made, clustered and searched, measured with
 *  200,000 tracks; and what it takes where it is served beside that. */
const [SEARCHED_BYTES, SERVED_BYTES] = [5_600, 9_500];

/** `--tracks N` leaves out larger catalogues, and memory those that it cannot hold. */
function planOf({ quick, progress, sizes: { tracks: most = Infinity } }: BenchOptions) {
  const plan = quick ? QUICK : FULL;
  const memory = process.availableMemory();
  const bearable = Math.floor(memory / SEARCHED_BYTES);
  const sizes = plan.sizes.filter((tracks) => tracks <= Math.min(most, bearable));
  const tooLarge = plan.sizes.filter((tracks) => tracks <= most && tracks > bearable);
  for (const tracks of tooLarge) {
    progress(`leaves out ${tracks} tracks: there is memory for ${bearable}`);
  }
  requireThat(sizes.length > 0, `there is no size of at most ${most} tracks that fits in memory`);
  const served = sizes.findLast((tracks) => tracks <= Math.min(plan.served, memory / SERVED_BYTES));
  requireThat(served !== undefined, "there is no memory to serve the smallest catalogue");
  return { ...plan, sizes, served: served! };
}

/** So many tastes of each kind: those that choose the clusters, and others that search. */
const TASTES = 128;

interface SizeFigures extends SearchFigures {
  readonly clusters: number;
  /** Seconds of this thread until the clusters are there, measured. */
  readonly build_s: number;
  /** What the search holds in memory. */
  readonly bytes: number;
  readonly half_filtered: SearchFigures;
  /** The same searches over all tracks. */
  readonly exact: Pick<SearchFigures, "p50_ms" | "p99_ms" | "cpu_ms">;
}

async function spaceOfBundle(folder: string): Promise<BaseSpace> {
  const bundle = await openBundle(folder);
  const { neighbours } = bundle.sources;
  requireThat(neighbours !== undefined, "the bundle holds no sessions to take tastes from");
  const content = { ...bundle, blend: bundle.manifest.blend };
  const sessions = sessionsOfBundle(bundle, neighbours!);
  const queries = await sampleQueries(content, sessions, () => undefined);
  return { space: trackSpace(bundle), queries, graphs: bundle.models };
}

async function measureSize(base: BaseSpace, tracks: number) {
  const space = await largeSpace(base, tracks);
  const startedMs = performance.now();
  // Every second taste chooses the clusters, others are searched for.
  const { tastes, weightings } = base.queries;
  const half = (odd: 0 | 1) => tastes.filter((_, at) => at % 2 === odd).slice(0, TASTES);
  const learned = { tastes: half(0), weightings };
  const asked = { tastes: half(1), weightings };
  const quietly = { progress: () => undefined, stopCheck: () => undefined };
  const clusters = await clusterSpace(space, learned, { seed: 1, ...quietly });
  const buildS = (performance.now() - startedMs) / 1000;
  const codes = clusters.codes!;
  const layout = openLayout(layOutCodes(space, { ...clusters, codes }));
  const search = openCodeSearch(layout, searchReach({ ...clusters, codes }));
  const everything = exactScan(space);
  const questions = questionsOf(asked);
  const exact = exactAnswers(everything, questions);
  const filtered = questionsOf(asked, halfOf(tracks));
  const { p50_ms, p99_ms, cpu_ms } = measureSearches(everything, questions, exact);
  const figures: SizeFigures = {
    ...measureSearches(search, questions, exact),
    clusters: clusters.starts.length - 1,
    build_s: buildS,
    bytes: layout.buffer.byteLength,
    half_filtered: measureSearches(search, filtered, exactAnswers(everything, filtered)),
    exact: { p50_ms, p99_ms, cpu_ms },
  };
  return { figures, space, clusters };
}

function halfOf(tracks: number): TrackBits {
  const random = seededRandom(1, "filter");
  const bits = noTracks(tracks);
  for (let track = 0; track < tracks; track++) {
    if (random() < 0.5) addTrack(bits, track as TrackIndex);
  }
  return bits;
}

function sentences({
  tracks,
  filter_ms: { first, later },
  open_loop: load,
}: {
  readonly tracks: number;
  readonly filter_ms: FilterFigures;
  readonly open_loop: CatalogueLoad;
}): string {
  const half = load.half_filtered;
  return (
    `\n${tracks} tracks served, asked ${load.rate} times a second: p50 ${load.p50_ms.toFixed(2)},` +
    ` p90 ${load.p90_ms.toFixed(2)}, p99 ${load.p99_ms.toFixed(2)} ms, ${load.errors} errors,` +
    ` ${load.cpu_ms.toFixed(2)} ms of CPU each; with half of them filtered out p50` +
    ` ${half.p50_ms.toFixed(2)}, p90 ${half.p90_ms.toFixed(2)}, p99 ${half.p99_ms.toFixed(2)} ms,` +
    ` ${half.errors} errors, ${half.cpu_ms.toFixed(2)} ms\n` +
    `a filter takes ${first.p50.toFixed(1)} ms the first time (p99 ${first.p99.toFixed(1)}), then` +
    ` ${later.p50.toFixed(3)} ms (p99 ${later.p99.toFixed(3)})\n`
  );
}

function table(byTracks: Readonly<Record<string, SizeFigures>>): string {
  const titles = ["tracks", "recall", "read", "p50 ms", "p99 ms", "CPU ms", "exact ms"];
  const columns = [...titles, "half p99 ms", "half recall", "build s", "MB"].map((title) => ({
    title,
    right: true,
  }));
  const rows = Object.entries(byTracks).map(([tracks, found]) => [
    tracks,
    found.recall_at_100.toFixed(4),
    found.read_share.toFixed(4),
    ...[found.p50_ms, found.p99_ms, found.cpu_ms, found.exact.cpu_ms].map((ms) => ms.toFixed(3)),
    found.half_filtered.p99_ms.toFixed(3),
    found.half_filtered.recall_at_100.toFixed(4),
    found.build_s.toFixed(1),
    (found.bytes / 1e6).toFixed(0),
  ]);
  return drawTable(columns, rows);
}
