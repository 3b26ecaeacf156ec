import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import type { Bundle } from "../../core/bundle/bundle.ts";
import { keepThreads } from "../../core/bundle/kept-threads.ts";
import { startNearRunner } from "../../core/bundle/near-runner.ts";
import { openBundleBeside } from "../../core/bundle/open-beside.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { type CatalogueStore, openCatalogueStore } from "../../core/catalogue/catalogue-store.ts";
import { Failure } from "../../core/domain/failure.ts";
import {
  CATALOGUE_TOPIC,
  DEAD_LETTER_TOPIC,
  type EventLog,
  LISTENING_TOPIC,
  type LogSubscription,
} from "../../core/log/event-log.ts";
import type { LogNoticeListener } from "../../core/log/log-notice.ts";
import type { SessionStore } from "../../core/state/session-store.ts";
import type { AppliedBatch } from "../../ingest/apply-batch.ts";
import { CATALOGUE_GROUP, startCatalogueIngest } from "../../ingest/apply-catalogue.ts";
import type { ChangelogKeeper } from "../../ingest/changelog/keep-changelog.ts";
import { INGEST_GROUP, type IngestOptions, startIngest } from "../../ingest/consume.ts";
import { newCounts } from "../../ingest/counters.ts";
import { watchReaders } from "../../ingest/end-old-readers.ts";
import { keepSweeping } from "../../ingest/keep-sweeping.ts";
import { type OpenedState, openState } from "../../ingest/open-state.ts";
import { openSwapModels, type SwapModels } from "../../ingest/swap-models.ts";
import { sweepIdle } from "../../ingest/sweep-idle.ts";
import { createWatchdog, lookAt, type WatchdogLimits } from "../../ingest/watchdog.ts";
import { sayReady } from "../child-process.ts";
import type { Command } from "../command.ts";
import { EVICT_OPTIONS, evictAfterMs } from "../evict-options.ts";
import { followBundle } from "../follow-bundle.ts";
import { HEALTH_OPTIONS, type HealthEndpoint } from "../health-endpoint.ts";
import { DEFAULT_HOME } from "../home.ts";
import { CHANGELOG_OPTIONS, keeperOf } from "../host-options.ts";
import { type IngestMetrics, ingestMetrics } from "../metrics/ingest-metrics.ts";
import { healthOf } from "../metrics/process-metrics.ts";
import { NOTICE_OPTIONS, noticeWriter } from "../notices.ts";
import { LOG_OPTIONS, logChoice, openLog } from "../open-log.ts";
import { advertisedAddress } from "../peer-options.ts";
import { BUNDLE_OPTIONS, homeOf } from "../shared-options.ts";
import { keepPausesShort } from "../short-pauses.ts";
import { pause } from "../stop-signal.ts";
import { TRACES_OPTIONS, tracesOf } from "../traces/traces.ts";
import { WATCHDOG_OPTIONS, watchdogLimits } from "../watchdog-options.ts";

/** How often the watchdog looks. */
const WATCHDOG_MS = 1_000;

export const ingest: Command = {
  usage: "[--home DIR] [--bundle DIR] [--brokers HOST:PORT,…]",
  options: {
    home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
    ...BUNDLE_OPTIONS,
    ...LOG_OPTIONS,
    ...HEALTH_OPTIONS,
    ...WATCHDOG_OPTIONS,
    ...NOTICE_OPTIONS,
    ...CHANGELOG_OPTIONS,
    ...EVICT_OPTIONS,
    ...TRACES_OPTIONS,
  },
  async run({ options, signal }) {
    keepPausesShort();
    const home = homeOf(options);
    const choice = logChoice(options);
    const limits = watchdogLimits(options);
    const evictAfter = evictAfterMs(options);
    const notices = noticeWriter("ingest", options);
    const { onNotice } = notices;
    const traces = await tracesOf("ingest", options, notices);
    const bundle = await openBundle(home.bundle);
    const models = await openModels(bundle);
    const state = await openState(home.state, onNotice);
    const { store } = state;
    const catalogue = openCatalogueStore(home.catalogue);
    const [log, deadLetters, catalogueLog] = await Promise.all(
      [LISTENING_TOPIC, DEAD_LETTER_TOPIC, CATALOGUE_TOPIC].map((topic) =>
        openLog(choice, topic, onNotice),
      ),
    );
    const counts = newCounts();
    const batches = { tried: 0 };
    const metrics = ingestMetrics({ counts, storeFolder: home.state, nowMs: Date.now });
    const tried = () => void batches.tried++;
    // Bringing a partition here is progress, too.
    const kept = { choice, log: log!, store, onNotice, onProgress: tried };
    const address = advertisedAddress(options);
    const keeper = await keeperOf(options, kept);
    const subscriptions = await startReading({
      log: traces?.observed(log!) ?? log!,
      deadLetters: deadLetters!,
      catalogueLog: catalogueLog!,
      store,
      keeper,
      address,
      catalogue,
      models,
      tried,
      counts,
      groups: consumerGroups(options.text("topic-prefix"), home.catalogue),
      onNotice,
      onApplied: metrics.onApplied,
      evictAfterMs: evictAfter,
    });
    const swept = { store: keeper?.store ?? store, log: log!, models, counts, onNotice };
    const sweeping = startSweeping({ ...swept, subscription: subscriptions[0]! }, signal);
    metrics.watch(subscriptions[0]!, keeper);
    const health = await healthOf(options, {
      metrics: metrics.metrics,
      bundle: () => models.current().bundle,
    });
    health?.say(true, {});
    const port = health === undefined ? "" : `, health on port ${health.port}`;
    sayReady("ingest", `bundle ${bundle.manifest.id.slice(0, 12)}${port}`);
    const followed = { folder: home.bundle, servedId: bundle.manifest.id, open: openBundleBeside };
    const shared = { take: models.take, metrics: metrics.metrics, notices, signal };
    const following = followBundle({ ...followed, ...shared });
    const watched = { subscriptions, log: log!, state, batches, health, metrics, limits, onNotice };
    await watch({ ...watched, storeFolder: home.state }, signal);
    health?.close();
    await Promise.all([following, sweeping]);
    await keeper?.publish();
    for (const subscription of subscriptions) await subscription.close();
    await keeper?.close();
    await traces?.close();
    for (const open of [log!, deadLetters!, catalogueLog!, models, store, catalogue]) {
      await open.close();
    }
    notices.info("heard", counts);
  },
};

/** A bundle's models, whose thread the next bundle's take over. */
async function openModels(bundle: Bundle): Promise<SwapModels> {
  const threads = keepThreads();
  const models = await openSwapModels(bundle, (next) => startNearRunner(next, threads.start));
  const close = async () => {
    await models.close();
    await threads.close();
  };
  return { ...models, close };
}

interface Reading extends Pick<IngestOptions, "log" | "deadLetters" | "counts" | "onNotice"> {
  readonly catalogueLog: EventLog;
  readonly store: SessionStore;
  readonly keeper: ChangelogKeeper | undefined;
  readonly address: string | undefined;
  readonly catalogue: CatalogueStore;
  readonly models: SwapModels;
  /** Called for each batch, be it tried for the first time or again. */
  readonly tried: () => void;
  readonly groups: ReturnType<typeof consumerGroups>;
  readonly onApplied: (batch: AppliedBatch) => void;
  readonly evictAfterMs: number | undefined;
}

/** Joins the groups of the listening topic and of the catalogue. */
function startReading(reading: Reading): Promise<LogSubscription[]> {
  const { log, deadLetters, store, keeper, models, groups, counts, onNotice } = reading;
  return Promise.all([
    startIngest({
      log,
      deadLetters,
      store: keeper?.store ?? store,
      ...(keeper && { handOver: keeper }),
      address: reading.address,
      models: () => {
        reading.tried();
        return models.current();
      },
      batches: models.batches,
      counts,
      group: groups.listening,
      onNotice,
      onApplied: reading.onApplied,
      evictAfterMs: reading.evictAfterMs,
    }),
    startCatalogueIngest({
      log: reading.catalogueLog,
      catalogue: reading.catalogue,
      group: groups.catalogue,
      counts,
      onNotice,
    }),
  ]);
}

interface Swept extends Pick<IngestOptions, "store" | "log" | "counts" | "onNotice"> {
  readonly models: SwapModels;
  readonly subscription: LogSubscription;
}

/** Evicts idle listeners, of this run's age and of any before. */
function startSweeping(swept: Swept, signal: AbortSignal): Promise<void> {
  const { store, log, counts, models, subscription, onNotice } = swept;
  const sweep = sweepIdle({
    store,
    partitions: log.partitions,
    owned: () => subscription.assigned(),
  });
  const onEvicted = (count: number) => {
    counts.evicted += count;
  };
  const underWay = () => models.batches.underWay;
  return keepSweeping({ sweep, underWay, onEvicted, onNotice, pause }, signal);
}

/** Hosts of one installation share the partitions of the listening topic, and each of them reads
 *  the whole catalogue. Installations that share one Kafka share no group. */
function consumerGroups(topicPrefix: string, catalogueFolder: string) {
  const store = createHash("sha256").update(`${hostname()}:${resolve(catalogueFolder)}`);
  return {
    listening: `${topicPrefix}${INGEST_GROUP}`,
    catalogue: `${topicPrefix}${CATALOGUE_GROUP}-${store.digest("hex").slice(0, 12)}`,
  };
}

interface Watched {
  /** The listening topic's first. */
  readonly subscriptions: readonly LogSubscription[];
  readonly log: EventLog;
  readonly state: OpenedState;
  readonly storeFolder: string;
  readonly batches: { readonly tried: number };
  readonly health: HealthEndpoint | undefined;
  readonly metrics: Pick<IngestMetrics, "sawLag">;
  readonly limits: WatchdogLimits;
  readonly onNotice: LogNoticeListener;
}

/** Resolves when `signal` is raised. Says what the watchdog finds, and ends this process where only
 *  a new one can mend it; throws `bad_record` where the store turns out to be damaged. */
async function watch(watched: Watched, signal: AbortSignal): Promise<void> {
  const { subscriptions, log, state, batches, health, metrics, onNotice } = watched;
  const judge = createWatchdog(watched.limits);
  const readers = watchReaders(watched.storeFolder, onNotice);
  let last = { applied: 0, lag: 0 };
  let isLooking = false;
  const look = async () => {
    isLooking = true;
    try {
      const found = await lookAt(subscriptions[0]!, log, state.store);
      metrics.sawLag(found.lags);
      last = found;
    } catch (cause) {
      // The log's silence, which is watched, tells the same sooner or later.
      onNotice({ level: "warning", message: "the log does not say where it ends", cause });
    }
    isLooking = false;
  };
  while (!signal.aborted) {
    const damage = state.damage();
    if (damage !== undefined) {
      const message = `the store is damaged: ${damage}; the next start rebuilds it from the log`;
      throw new Failure("bad_record", message);
    }
    readers.look(performance.now());
    // Never waited for: where the log does not answer, the last look counts on.
    if (!isLooking) void look();
    const silentMs = Math.max(...subscriptions.map((subscription) => subscription.silentForMs()));
    const found = judge({ ...last, ...batches, silentMs, nowMs: performance.now() });
    health?.say(found === "well", { lag: last.lag });
    if (found === "lost") {
      const message = `nothing moves while ${last.lag} records wait; the log is silent for`;
      onNotice({ level: "error", message: `${message} ${Math.round(silentMs)} ms; ingest ends` });
      // Any other end waits for Node's threads, of which one may be what is stuck.
      process.kill(process.pid, "SIGKILL");
    }
    await pause(WATCHDOG_MS, signal);
  }
  await readers.close();
}
