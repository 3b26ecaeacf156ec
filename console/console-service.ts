import type { CatalogueReader } from "../core/catalogue/catalogue-store.ts";
import type { BundleId, TrackId } from "../core/domain/ids.ts";
import type { EventLog } from "../core/log/event-log.ts";
import { deadLetterAt, newestDeadLetters, replayLetter } from "../ingest/dead-letters.ts";
import {
  type CheckStoreResponse,
  ConsoleService,
  type GetExposureRequest,
  type GetExposureResponse,
  type GetTasteRequest,
  type GetTrackMapRequest,
  type GetTracksRequest,
  type GetTracksResponse,
  type ListBundlesResponse,
  type ListDeadLettersRequest,
  type ListDeadLettersResponse,
  type ListListenersRequest,
  type ListListenersResponse,
  type ReplayDeadLetterRequest,
  type ReplayDeadLetterResponse,
  type SearchTracksRequest,
  type SearchTracksResponse,
  type ServeBundleRequest,
  type ServingStatus,
  type WatchRequest,
} from "../proto/gen/segue/v1/console.ts";
import type { Experiment } from "../scorer/experiments/experiment.ts";
import type { Scorer } from "../scorer/scorer.ts";
import type { DoorCaller, ServiceCalls } from "./door.ts";
import { findBundles } from "./library/list-bundles.ts";
import { recentListeners } from "./library/recent-listeners.ts";
import { reportedBundles } from "./library/reports.ts";
import { runningExperiments } from "./library/running-experiments.ts";
import { createTrackSearch } from "./library/search-tracks.ts";
import { type BundlePlaces, serveBundle } from "./library/serve-bundle.ts";
import { CONSOLE_LIMITS as LIMITS } from "./limits.ts";
import { localCalls } from "./local-calls.ts";
import { tasteReply, trackMapReply } from "./map/map-replies.ts";
import { deadLetterReply, exposureReply, foundTrackReply } from "./replies.ts";
import { countOf, listenerIfGiven, positionGiven, shortText } from "./requests.ts";
import type { CallFigures } from "./status/call-figures.ts";
import { type Exposure, mostExposed } from "./status/exposure.ts";
import { createWatch } from "./status/watch.ts";

export interface ConsoleParts extends BundlePlaces {
  /** The scorer of now, asked once per call. */
  readonly scorer: () => Scorer;
  /** Where reports of bundles lie. */
  readonly reportsFolder: string;
  readonly log: EventLog;
  readonly deadLetters: EventLog;
  readonly catalogue: CatalogueReader;
  readonly calls: CallFigures;
  readonly exposure: Exposure;
  readonly experiments?: readonly Experiment[];
  readonly checkStore: () => Promise<CheckStoreResponse>;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number;
  /** Milliseconds of a clock that only goes forwards. */
  readonly monotonicMs: () => number;
}

/** The service `segue.v1.Console`, answered by the process that scores. */
export function consoleService(parts: ConsoleParts): ServiceCalls {
  const { scorer, calls, monotonicMs, checkStore } = parts;
  const startedAtMs = parts.now();
  const watch = createWatch({
    ingest: () => ({ ...parts, state: scorer().state }),
    serving: () => servingStatus(scorer(), calls, startedAtMs),
    monotonicMs,
  });
  const search = createTrackSearch(parts.catalogue, monotonicMs);
  return localCalls(ConsoleService, {
    watch: ({ listener }: WatchRequest, { signal }: DoorCaller) =>
      watch(listenerIfGiven(listener), signal),
    getTrackMap: (request: GetTrackMapRequest) => trackMapReply(scorer(), request),
    getTaste: (request: GetTasteRequest) => tasteReply(scorer(), request, parts.catalogue),
    searchTracks: async (request: SearchTracksRequest): Promise<SearchTracksResponse> => {
      const text = shortText(request.text, { field: "text", most: LIMITS.searchTextMax });
      const found = await search(scorer().bundle, { text, k: foundCount(request.k) });
      return { tracks: found.map(foundTrackReply) };
    },
    getTracks: ({ tracks }: GetTracksRequest): GetTracksResponse => {
      countOf(tracks.length, { ...ANY_NUMBER, field: "tracks", most: LIMITS.placesMax });
      const known = (tracks as TrackId[]).map((track) => ({
        track,
        known: parts.catalogue.get(track),
      }));
      return { tracks: known.map(foundTrackReply) };
    },
    getExposure: (request: GetExposureRequest) => exposureOf(parts, request),
    listListeners: async (request: ListListenersRequest): Promise<ListListenersResponse> => {
      const prefix = listenerIfGiven(request.prefix) ?? "";
      const sources = { log: parts.log, state: scorer().state };
      return { listeners: await recentListeners(sources, { prefix, k: foundCount(request.k) }) };
    },
    listBundles: () => listBundles(parts),
    serveBundle: ({ bundleId }: ServeBundleRequest) =>
      serveBundle(parts, { id: bundleId, served: servedId(parts) }),
    listDeadLetters: (request: ListDeadLettersRequest) => listLetters(parts, request),
    replayDeadLetter: (request: ReplayDeadLetterRequest) => replayOne(parts, request),
    checkStore,
  });
}

async function exposureOf(
  { exposure, catalogue, scorer }: ConsoleParts,
  { tracks, k }: GetExposureRequest,
): Promise<GetExposureResponse> {
  countOf(tracks.length, { ...ANY_NUMBER, field: "tracks", most: LIMITS.placesMax });
  const most = foundCount(k);
  const count = await exposure.count();
  const told = tracks.length === 0 ? mostExposed(count, most) : (tracks as TrackId[]);
  return {
    lists: count.lists,
    distinctTracks: count.byTrack.size,
    knownTracks: scorer().live.tracks.size(),
    tracks: told.map((track) => exposureReply(track, catalogue.get(track), count)),
  };
}

async function listBundles(parts: ConsoleParts): Promise<ListBundlesResponse> {
  const found = await findBundles(parts.bundleFolders, servedId(parts));
  const reported = await reportedBundles(parts.reportsFolder);
  return {
    bundles: found.map(({ summary }) => ({ ...summary, reported: reported.has(summary.id) })),
    experiments: runningExperiments(parts.experiments ?? [], parts.now()),
  };
}

function servedId({ scorer }: ConsoleParts): BundleId {
  return scorer().bundle.manifest.id;
}

const ANY_NUMBER = { least: 0, fallback: 0 };

function foundCount(k: number | undefined): number {
  return countOf(k, { field: "k", most: LIMITS.foundMax, fallback: LIMITS.foundDefault });
}

function servingStatus({ bundle }: Scorer, calls: CallFigures, startedAtMs: number): ServingStatus {
  const { rss, heapUsed } = process.memoryUsage();
  return {
    bundleId: bundle.manifest.id,
    startedAtMs,
    residentBytes: rss,
    heapBytes: heapUsed,
    methods: calls.methods(),
    rungs: calls.rungs(),
  };
}

async function listLetters(
  { deadLetters }: ConsoleParts,
  { k }: ListDeadLettersRequest,
): Promise<ListDeadLettersResponse> {
  const range = { field: "k", most: LIMITS.lettersMax, fallback: LIMITS.lettersDefault };
  const letters = await newestDeadLetters(deadLetters, countOf(k, range));
  let total = 0;
  for (let partition = 0; partition < deadLetters.partitions; partition++) {
    const { first, next } = await deadLetters.watermarks(partition as never);
    total += next - first;
  }
  return { letters: letters.map(deadLetterReply), total };
}

async function replayOne(
  { deadLetters, log }: ConsoleParts,
  { letter }: ReplayDeadLetterRequest,
): Promise<ReplayDeadLetterResponse> {
  const found = await deadLetterAt(deadLetters, positionGiven(letter, "letter"));
  const outcome = await replayLetter(found, log);
  return { replayed: outcome.replayed, reason: outcome.replayed ? "" : outcome.reason };
}
