import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ListenerId, Partition } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { stepsModels } from "../../core/domain/listening-event.ts";
import { CATALOGUE_TOPIC, type EventLog, LISTENING_TOPIC } from "../../core/log/event-log.ts";
import { readCatalogue } from "../../core/log-folder/read-log-folder.ts";
import { CatalogueEvent } from "../../proto/gen/segue/v1/catalogue.ts";
import type { Command } from "../command.ts";
import { DEFAULT_HOME, type Home, homeAt } from "../home.ts";
import { openLog } from "../open-log.ts";
import { consolePortOf, PAGE_OPTIONS, preparePage } from "../prepare-page.ts";
import { startPair } from "../process-pair.ts";
import { type Client, connectClient } from "../recommender-client.ts";
import { ADDRESS_OPTIONS } from "../shared-options.ts";
import { appendHistory, keepListening, recentListening } from "../start/live-listening.ts";
import { showASkip } from "../start/show-a-skip.ts";

/** How much of the world's end becomes the listeners' recent past. */
const HISTORY_DAYS = 2;
const LIVE_PAUSE_MS = 500;
const SCORER_READY_MS = 20_000;

export const start: Command = {
  usage: "[--home DIR] [--port N] [--console-port N]",
  options: {
    home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
    ...ADDRESS_OPTIONS,
    ...PAGE_OPTIONS,
  },
  async run({ options, signal }) {
    const home = homeAt(options.text("home"));
    if (!existsSync(join(home.bundle, "manifest.json"))) {
      // Loaded only here: a second start has no use for the trainer.
      const { prepareBundle } = await import("../start/prepare-bundle.ts");
      await prepareBundle(home, signal);
    }
    await preparePage();
    const pairOptions = {
      home: home.folder,
      bundle: undefined,
      host: options.text("host"),
      port: options.number("port"),
      consolePort: consolePortOf(options),
      brokers: undefined,
      topicPrefix: "",
      signal,
    };
    const [pair, listening, log] = await Promise.all([
      startPair(pairOptions),
      recentListening(home.world, HISTORY_DAYS, Date.now()),
      openLog({ folder: home.log }, LISTENING_TOPIC),
    ]);
    if (await isEmpty(log)) {
      await appendCatalogue(home);
      await appendHistory(log, listening);
    }
    const client = connectClient(pair.address);
    await client.ready(SCORER_READY_MS);
    const quiet = listenerToShow(listening);
    const live = keepListening(log, listening, {
      pauseMs: LIVE_PAUSE_MS,
      quiet,
      clock: Date.now,
      signal,
    });
    await firstList(client, quiet);
    const seconds = process.uptime();
    process.stdout.write(`\n${await showASkip(client, quiet, Date.now)}\n`);
    process.stdout.write(
      `segue is ready: page ${pair.page}, grpc ${pair.address}, ` +
        `first list after ${seconds.toFixed(1)} s\n`,
    );
    await Promise.all([pair.finished, live]);
    client.close();
    await log.close();
  },
};

async function isEmpty(log: EventLog): Promise<boolean> {
  for (let partition = 0; partition < log.partitions; partition++) {
    if ((await log.watermarks(partition as Partition)).next > 0) return false;
  }
  return true;
}

async function appendCatalogue(home: Home): Promise<void> {
  const log = await openLog({ folder: home.log }, CATALOGUE_TOPIC);
  const records = [];
  for await (const event of readCatalogue(home.world)) {
    records.push({ key: event.track, value: CatalogueEvent.encode(event).finish() });
  }
  await log.append(records);
  await log.close();
}

/** The listener whose last session is the newest, with a few events in it. */
function listenerToShow(listening: readonly ListeningEvent[]): ListenerId {
  const last = listening.findLast(
    ({ session, kind }, index) =>
      stepsModels(kind) &&
      listening.slice(0, index).filter((e) => e.session === session).length >= 3,
  );
  return (last ?? listening.at(-1))!.listener;
}

/** Asks until ingest has heard the listener, so that the list is theirs and not the charts. */
async function firstList(client: Client, listener: ListenerId): Promise<void> {
  const untilMs = performance.now() + SCORER_READY_MS;
  while (performance.now() < untilMs) {
    const { known } = await client.getListener(listener);
    if (known) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await client.nextTracks({ listener, k: 10 });
}
