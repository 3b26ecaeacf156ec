import cluster from "node:cluster";
import { randomBytes } from "node:crypto";
import { keepThreads } from "../../core/bundle/kept-threads.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { openCatalogueReader } from "../../core/catalogue/catalogue-store.ts";
import type { CatalogueTrack } from "../../core/catalogue/catalogue-track.ts";
import { LISTENING_TOPIC } from "../../core/log/event-log.ts";
import { openLmdbReader } from "../../core/state/lmdb-reader.ts";
import { eventGateway } from "../../ingest/gateway.ts";
import { createAdmission } from "../../scorer/admission.ts";
import { type CallObserver, observedService } from "../../scorer/observed-service.ts";
import { openLaidOut } from "../../scorer/open-laid-out.ts";
import { pooledRandom } from "../../scorer/pooled-random.ts";
import type { Recommendation } from "../../scorer/recommendation.ts";
import type { TrackDescription } from "../../scorer/replies.ts";
import {
  type RecommenderParts,
  recommenderService,
  type ServedService,
} from "../../scorer/serve.ts";
import { openSwapScorer, type SwapParts } from "../../scorer/swap-scorer.ts";
import { ACCESS_OPTIONS, accessOf } from "../access-options.ts";
import type { Command, CommandInput } from "../command.ts";
import { openDoors } from "../doors.ts";
import { EXPERIMENT_OPTIONS, experimentsOf } from "../experiment/serve-experiments.ts";
import { followBundle } from "../follow-bundle.ts";
import { HEALTH_OPTIONS } from "../health-endpoint.ts";
import { DEFAULT_HOME } from "../home.ts";
import { serveMetrics } from "../metrics/serve-metrics.ts";
import { watchStaleness } from "../metrics/staleness.ts";
import { NEW_TRACK_OPTIONS, newTracksMaxOf } from "../new-track-options.ts";
import { NOTICE_OPTIONS, noticeWriter } from "../notices.ts";
import { LOG_OPTIONS, logChoice, openLog } from "../open-log.ts";
import { ownersOf, PEER_OPTIONS } from "../peer-options.ts";
import { CONSOLE_OPTIONS, consoleFigures, serveConsole } from "../serve-console.ts";
import { PROCESSES_OPTIONS, processCount, standingOf } from "../serving-process.ts";
import { serveWithSeveral } from "../serving-processes.ts";
import { ADDRESS_OPTIONS, BUNDLE_OPTIONS, homeOf } from "../shared-options.ts";
import { keepPausesShort } from "../short-pauses.ts";
import { stopped } from "../stop-signal.ts";
import { TRACES_OPTIONS, tracesOf } from "../traces/traces.ts";

export const serve: Command = {
  usage: "[--home DIR] [--bundle DIR] [--host H] [--port N] [--console-port N] [--brokers …]",
  options: {
    home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
    ...BUNDLE_OPTIONS,
    ...ADDRESS_OPTIONS,
    ...PROCESSES_OPTIONS,
    ...CONSOLE_OPTIONS,
    ...LOG_OPTIONS,
    ...HEALTH_OPTIONS,
    ...NEW_TRACK_OPTIONS,
    ...NOTICE_OPTIONS,
    ...TRACES_OPTIONS,
    ...ACCESS_OPTIONS,
    ...PEER_OPTIONS,
    ...EXPERIMENT_OPTIONS,
  },
  run(input) {
    const count = processCount(input.options);
    return count > 1 && cluster.isPrimary ? serveWithSeveral(input, count) : serveHere(input);
  },
};

async function serveHere({ options, signal }: CommandInput): Promise<void> {
  keepPausesShort();
  const home = homeOf(options);
  const notices = noticeWriter("serve", options);
  const { onNotice } = notices;
  const access = await accessOf(options, notices);
  const traces = await tracesOf("serve", options, notices);
  const bundle = await openBundle(home.bundle);
  const choice = logChoice(options);
  const log = await openLog(choice, LISTENING_TOPIC, onNotice);
  const state = openLmdbReader(home.state);
  const catalogue = openCatalogueReader(home.catalogue);
  const told = serveMetrics();
  const { metrics, onPassedOn } = told;
  const others = await ownersOf(options, { choice, log, state, onNotice, onPassedOn });
  const calls = createAdmission();
  const [threads, lastThreads] = [keepThreads(), keepThreads({ goesLast: true })];
  const figures = consoleFigures();
  const parts: SwapParts = {
    startRunner: threads.start,
    startLastRunner: lastThreads.start,
    calls,
    state,
    catalogue,
    newTracksMax: newTracksMaxOf(options),
    partitions: log.partitions,
    now: Date.now,
    randomBytes: pooledRandom(randomBytes),
    notice: ({ message }) => onNotice({ level: "error", message }),
  };
  const scorer = await openSwapScorer(bundle, parts);
  const experiments = await experimentsOf(options, bundle, { ...parts, metrics, notices });
  const observers = [told, figures.calls, figures.exposure, { onCall: traces?.onCall }];
  const services = toldServices(observers, {
    scorer: scorer.current,
    calls,
    describe: (track) => described(catalogue.get(track)),
    log,
    owners: others?.owners,
    report: (error) => onNotice({ level: "error", message: String(error) }),
    makeList: experiments.makeList,
    onRecommended: experiments.take,
    stopping: signal,
  });
  const standing = await standingOf(options, { metrics, scorer: scorer.current });
  const doors = await openDoors(options, services, access.server);
  const shared = { home, log, catalogue, ...figures, onNotice, grpcServices: services };
  const { all } = experiments;
  const page = standing.servesPage
    ? await serveConsole(options, { ...shared, scorer: scorer.current, experiments: all })
    : undefined;
  // Never waited for: a log that does not answer must not hold up the end.
  const watched = { metrics, log, state, nowMs: Date.now, isOthers: others?.isOthers };
  if (standing.isScraped) void watchStaleness(watched, signal);
  standing.ready(`${doors.detail}${page === undefined ? "" : `, page ${page.url}`}`);
  const followed = { folder: home.bundle, servedId: bundle.manifest.id, open: openLaidOut };
  const following = followBundle({ ...followed, take: scorer.take, metrics, notices, signal });
  await stopped(signal);
  standing.leaves();
  await page?.close();
  await doors.drain();
  await experiments.close();
  access.close();
  await following;
  await traces?.close();
  await others?.close();
  for (const open of [log, state, catalogue, scorer, threads, lastThreads]) await open.close();
  standing.close();
}

interface Observer {
  readonly onCall?: CallObserver | undefined;
  readonly onRecommended?: (list: Recommendation) => void;
}

/** Recommender and gateway, but that all of these are told of every call and of every list. */
function toldServices(
  observers: readonly Observer[],
  parts: RecommenderParts & Pick<Required<RecommenderParts>, "log">,
): ServedService[] {
  const recommender = recommenderService({
    ...parts,
    onRecommended(list, query) {
      for (const { onRecommended } of observers) onRecommended?.(list);
      parts.onRecommended?.(list, query);
    },
  });
  const gateway = eventGateway({ log: parts.log, nowMs: Date.now });
  return observed(
    [recommender, gateway],
    observers.map(({ onCall }) => onCall),
  );
}

/** The services, but that all of these observers are told of every call. */
function observed(
  services: readonly ServedService[],
  observers: readonly (CallObserver | undefined)[],
): ServedService[] {
  const told = observers.filter((observe) => observe !== undefined);
  const all: CallObserver = (method, headers) => {
    const ends = told.map((observe) => observe(method, headers));
    return (call, reply) => {
      for (const end of ends) end(call, reply);
    };
  };
  return services.map((service) => observedService(service, all, () => performance.now()));
}

function described(track: CatalogueTrack | undefined): TrackDescription | undefined {
  if (track === undefined) return undefined;
  const artists = track.artists.map(({ name }) => name);
  return { title: track.title, artists, album: track.album.title };
}
