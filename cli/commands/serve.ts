import { randomBytes } from "node:crypto";
import { createCallFigures } from "../../console/status/call-figures.ts";
import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { openCatalogueReader } from "../../core/catalogue/catalogue-store.ts";
import type { CatalogueTrack } from "../../core/catalogue/catalogue-track.ts";
import { LISTENING_TOPIC } from "../../core/log/event-log.ts";
import { openLmdbReader } from "../../core/state/lmdb-reader.ts";
import { eventGateway } from "../../ingest/gateway.ts";
import { createAdmission } from "../../scorer/admission.ts";
import { type CallObserver, observedService } from "../../scorer/observed-service.ts";
import type { TrackDescription } from "../../scorer/replies.ts";
import { recommenderService, type ServedService } from "../../scorer/serve.ts";
import { openSwapScorer, type SwapParts } from "../../scorer/swap-scorer.ts";
import { ACCESS_OPTIONS, accessOf } from "../access-options.ts";
import { sayReady } from "../child-process.ts";
import type { Command } from "../command.ts";
import { openDoors } from "../doors.ts";
import { EXPERIMENT_OPTIONS, experimentsOf } from "../experiment/serve-experiments.ts";
import { followBundle } from "../follow-bundle.ts";
import { HEALTH_OPTIONS, type HealthEndpoint } from "../health-endpoint.ts";
import { DEFAULT_HOME } from "../home.ts";
import { healthOf } from "../metrics/process-metrics.ts";
import { serveMetrics } from "../metrics/serve-metrics.ts";
import { watchStaleness } from "../metrics/staleness.ts";
import { NOTICE_OPTIONS, noticeWriter } from "../notices.ts";
import { LOG_OPTIONS, logChoice, openLog } from "../open-log.ts";
import { CONSOLE_OPTIONS, type ServedConsole, serveConsole } from "../serve-console.ts";
import { ADDRESS_OPTIONS, BUNDLE_OPTIONS, homeOf } from "../shared-options.ts";
import { stopped } from "../stop-signal.ts";
import { TRACES_OPTIONS, tracesOf } from "../traces/traces.ts";

export const serve: Command = {
  usage: "[--home DIR] [--bundle DIR] [--host H] [--port N] [--console-port N] [--brokers …]",
  options: {
    home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
    ...BUNDLE_OPTIONS,
    ...ADDRESS_OPTIONS,
    ...CONSOLE_OPTIONS,
    ...LOG_OPTIONS,
    ...HEALTH_OPTIONS,
    ...NOTICE_OPTIONS,
    ...TRACES_OPTIONS,
    ...ACCESS_OPTIONS,
    ...EXPERIMENT_OPTIONS,
  },
  async run({ options, signal }) {
    const home = homeOf(options);
    const notices = noticeWriter("serve", options);
    const { onNotice } = notices;
    const access = await accessOf(options, notices);
    const traces = await tracesOf("serve", options, notices);
    const bundle = await openBundle(home.bundle);
    const log = await openLog(logChoice(options), LISTENING_TOPIC, onNotice);
    const state = openLmdbReader(home.state);
    const catalogue = openCatalogueReader(home.catalogue);
    const { metrics, onRecommended, onCall } = serveMetrics();
    const calls = createAdmission();
    const figures = createCallFigures(() => performance.now());
    const parts: SwapParts = {
      startRunner: createStepRunner,
      calls,
      state,
      catalogue,
      partitions: log.partitions,
      now: Date.now,
      randomBytes,
      notice: ({ message }) => onNotice({ level: "error", message }),
    };
    const scorer = await openSwapScorer(bundle, parts);
    const experiments = await experimentsOf(options, bundle, { ...parts, metrics, notices });
    const recommender = recommenderService({
      scorer: scorer.current,
      calls,
      describe: (track) => described(catalogue.get(track)),
      log,
      report: (error) => onNotice({ level: "error", message: String(error) }),
      makeList: experiments.makeList,
      onRecommended(recommendation, query) {
        onRecommended(recommendation);
        figures.onRecommended(recommendation);
        experiments.take(recommendation, query);
      },
      stopping: signal,
    });
    const gateway = eventGateway({ log, nowMs: Date.now });
    const observers = [onCall, figures.onCall, traces?.onCall];
    const services = observed([recommender, gateway], observers);
    const health = await healthOf(options, { metrics, bundle: () => scorer.current().bundle });
    const doors = await openDoors(options, services, access.server);
    const page = await serveConsole(options, {
      ...{ home, log, catalogue, calls: figures, onNotice, scorer: scorer.current },
      grpcServices: services,
    });
    // Never waited for: a log that does not answer must not hold up the end.
    if (health !== undefined) void watchStaleness({ metrics, log, state, nowMs: Date.now }, signal);
    health?.say(true, {});
    sayReady("serve", `${doors.detail}${places(page, health)}`);
    const { take } = scorer;
    const followed = { folder: home.bundle, servedId: bundle.manifest.id, take };
    const following = followBundle({ ...followed, metrics, notices, signal });
    await stopped(signal);
    health?.say(false, {});
    await page?.close();
    await doors.drain();
    await experiments.close();
    access.close();
    health?.close();
    await following;
    await traces?.close();
    for (const open of [log, state, catalogue, scorer]) await open.close();
  },
};

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

/** Where else it can be reached, as whoever started it is told. */
function places(page: ServedConsole | undefined, health: HealthEndpoint | undefined): string {
  const pageAt = page === undefined ? "" : `, page ${page.url}`;
  return health === undefined ? pageAt : `${pageAt}, health on port ${health.port}`;
}

function described(track: CatalogueTrack | undefined): TrackDescription | undefined {
  if (track === undefined) return undefined;
  const artists = track.artists.map(({ name }) => name);
  return { title: track.title, artists, album: track.album.title };
}
