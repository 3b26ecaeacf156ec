import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openLog } from "../../cli/open-log.ts";
import { startPair } from "../../cli/process-pair.ts";
import { connectClient } from "../../cli/recommender-client.ts";
import { CATALOGUE_TOPIC, LISTENING_TOPIC } from "../../core/log/event-log.ts";
import { CatalogueEvent } from "../../proto/gen/segue/v1/catalogue.ts";
import { publishRandomBundle } from "../fixtures/random-bundle.ts";
import { deliveryOf, listeningEvent } from "./listening-records.ts";

/** A running Segue with its page, over random models that know 400 titled tracks. Another bundle of
 *  them lies beside the one that serves. */
export interface ConsoleWorld {
  /** Where the page is, without a slash at its end. */
  readonly url: string;
  /** The listener who has heard a few tracks; nobody else was heard. */
  readonly listener: string;
  stop(): Promise<void>;
}

const TRACKS = 400;
const HEARD = 6;
const LISTENER = "ann";
const READY_MS = 20_000;

/** With one record in its log that is no event. `home` is where it keeps everything. */
export async function startConsoleWorld(home: string): Promise<ConsoleWorld> {
  const sizes = { tracks: TRACKS, dimension: 16, hidden: 24 };
  for (const [folder, seed] of [
    ["bundle", 5],
    ["another", 6],
  ] as const) {
    await publishRandomBundle(join(home, folder), { ...sizes, features: ["kind"], seed });
  }
  await fillLogs(home);
  const stop = new AbortController();
  const pair = await startPair({
    ...{ home, bundle: undefined, brokers: undefined, topicPrefix: "" },
    ...{ host: "127.0.0.1", port: 0, consolePort: 0, signal: stop.signal },
    scorerArgs: ["--reflection", "--experiments", experimentFile(home)],
  });
  const client = connectClient(pair.address);
  await client.ready(READY_MS);
  while (!(await client.getListener(LISTENER)).known) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  client.close();
  return {
    url: pair.page!.replace(/\/$/, ""),
    listener: LISTENER,
    async stop() {
      stop.abort();
      await pair.finished;
    },
  };
}

/** Of two arms that recommend alike. */
function experimentFile(home: string): string {
  const file = join(home, "experiments.json");
  const arms = [
    { name: "as-is", share: 0.25 },
    { name: "alike", share: 0.25 },
  ];
  writeFileSync(file, JSON.stringify({ experiments: [{ name: "idle", control: "as-is", arms }] }));
  return file;
}

async function fillLogs(home: string): Promise<void> {
  const folder = join(home, "log");
  const catalogue = await openLog({ folder }, CATALOGUE_TOPIC);
  const names = Array.from({ length: TRACKS }, (_, at) => `track-${at}`);
  const titled = names.map((track, at) => ({
    key: track,
    value: CatalogueEvent.encode(
      CatalogueEvent.fromPartial({
        ...{ track, title: `Title ${at}`, album: { id: "a", title: "An Album" } },
        artists: [{ id: `artist-${at % 40}`, name: `Artist ${at % 40}` }],
      }),
    ).finish(),
  }));
  await catalogue.append(titled);
  await catalogue.close();
  const listening = await openLog({ folder }, LISTENING_TOPIC);
  const heard = Array.from({ length: HEARD }, (_, at) =>
    deliveryOf(
      listeningEvent({
        ...{ eventId: `event-${at}`, listener: LISTENER, track: `track-${at * 7}` },
        ...{ session: "today", happenedAtMs: Date.now() - (HEARD - at) * 60_000 },
      }),
    ),
  );
  const broken = { key: LISTENER, value: new TextEncoder().encode("no event at all") };
  await listening.append([...heard, broken].map(({ key, value }) => ({ key, value })));
  await listening.close();
}
