import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { startWorkerRunner } from "../../core/bundle/worker-runner.ts";
import { openCatalogueStore } from "../../core/catalogue/catalogue-store.ts";
import { Failure } from "../../core/domain/failure.ts";
import {
  CATALOGUE_TOPIC,
  DEAD_LETTER_TOPIC,
  LISTENING_TOPIC,
  type LogSubscription,
} from "../../core/log/event-log.ts";
import { writeNotice } from "../../core/log/log-notice.ts";
import { CATALOGUE_GROUP, startCatalogueIngest } from "../../ingest/apply-catalogue.ts";
import { INGEST_GROUP, startIngest } from "../../ingest/consume.ts";
import { newCounts } from "../../ingest/counters.ts";
import { openState } from "../../ingest/open-state.ts";
import { sayReady } from "../child-process.ts";
import type { Command } from "../command.ts";
import { DEFAULT_HOME } from "../home.ts";
import { LOG_OPTIONS, logChoice, openLog } from "../open-log.ts";
import { BUNDLE_OPTIONS, homeOf } from "../shared-options.ts";
import { pause } from "../stop-signal.ts";

/** How often the watchdog looks, and the silence after which this process ends, to be started
 *  again: a Kafka client can stay down while its process lives. */
const WATCHDOG_MS = 1_000;
const SILENCE_MAX_MS = 30_000;

export const ingest: Command = {
  usage: "[--home DIR] [--bundle DIR] [--brokers HOST:PORT,…]",
  options: {
    home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
    ...BUNDLE_OPTIONS,
    ...LOG_OPTIONS,
  },
  async run({ options, signal }) {
    const home = homeOf(options);
    const choice = logChoice(options);
    const bundle = await openBundle(home.bundle);
    const runner = await startWorkerRunner(bundle);
    const store = await openState(home.state, writeNotice);
    const catalogue = openCatalogueStore(home.catalogue);
    const [log, deadLetters, catalogueLog] = await Promise.all(
      [LISTENING_TOPIC, DEAD_LETTER_TOPIC, CATALOGUE_TOPIC].map((topic) => openLog(choice, topic)),
    );
    const counts = newCounts();
    const groups = consumerGroups(options.text("topic-prefix"), home.catalogue);
    const subscriptions = await Promise.all([
      startIngest({
        log: log!,
        deadLetters: deadLetters!,
        store,
        models: () => ({ bundle, runner }),
        counts,
        group: groups.listening,
        onNotice: writeNotice,
      }),
      startCatalogueIngest({
        log: catalogueLog!,
        catalogue,
        group: groups.catalogue,
        counts,
        onNotice: writeNotice,
      }),
    ]);
    sayReady("ingest", `bundle ${bundle.manifest.id.slice(0, 12)}`);
    await watch(subscriptions, signal);
    for (const subscription of subscriptions) await subscription.close();
    for (const open of [log!, deadLetters!, catalogueLog!, runner, store, catalogue]) {
      await open.close();
    }
    process.stderr.write(`segue ingest heard ${JSON.stringify(counts)}\n`);
  },
};

/** Hosts of one installation share the partitions of the listening topic, and each of them reads
 *  the whole catalogue. Installations that share one Kafka share no group. */
function consumerGroups(topicPrefix: string, catalogueFolder: string) {
  const store = createHash("sha256").update(`${hostname()}:${resolve(catalogueFolder)}`);
  return {
    listening: `${topicPrefix}${INGEST_GROUP}`,
    catalogue: `${topicPrefix}${CATALOGUE_GROUP}-${store.digest("hex").slice(0, 12)}`,
  };
}

/** Resolves when `signal` is raised; throws `log_unavailable` where nothing was fetched for too
 *  long. */
async function watch(
  subscriptions: readonly LogSubscription[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const silentMs = Math.max(...subscriptions.map((subscription) => subscription.silentForMs()));
    if (silentMs > SILENCE_MAX_MS) {
      throw new Failure("log_unavailable", `the log was silent for ${Math.round(silentMs)} ms`);
    }
    await pause(WATCHDOG_MS, signal);
  }
}
