import { setTimeout as sleep } from "node:timers/promises";
import { openLog } from "../cli/open-log.ts";
import { connectClient } from "../cli/recommender-client.ts";
import { runBeside } from "../core/beside/run-beside.ts";
import { Failure } from "../core/domain/failure.ts";
import type { BundleId } from "../core/domain/ids.ts";
import { CATALOGUE_TOPIC } from "../core/log/event-log.ts";
import { CatalogueEvent } from "../proto/gen/segue/v1/catalogue.ts";
import type { NextTracksRequest } from "../proto/gen/segue/v1/recommender.ts";
import { publishBenchBundle } from "./bench-bundle.ts";
import { benchSources } from "./bench-sources.ts";
import { requireThat } from "./did-not-happen.ts";
import { patiently } from "./patiently.ts";
import { catalogueRecord, publishCatalogue } from "./publish-catalogue.ts";
import type { ScorerWorld } from "./scorer-world.ts";

export interface Disturbances {
  /** The pause between one bundle that is served and the next. */
  readonly swapMs: number;
  readonly badPerSecond: number;
}

/** A bundle that nobody serves after so long is taken for one that never will be. */
const TAKEN_WITHIN_MS = 60_000;
const LOOK_MS = 100;
const CATALOGUE_PAUSE_MS = 200;
/** Each is against the contract in a way of its own. */
const BAD_REQUESTS: readonly Partial<NextTracksRequest>[] = [
  { listener: "", k: 20 },
  { listener: "l", k: 1_000_000_000 },
  { listener: "l", filter: "track.release_year >" },
  { listener: "x".repeat(257) },
];

/** Exchanges the bundle that is served, changes the catalogue and asks badly, until it is stopped.
 *  `stop` lets an exchange that has begun end, and rejects with what ended one of them early. */
export function disturb(world: ScorerWorld, { swapMs, badPerSecond }: Disturbances) {
  const client = connectClient(`127.0.0.1:${world.port}`);
  const over = new AbortController();
  const counts = { bundle_swaps: 0, catalogue_changes: 0, bad_requests: 0, bad_not_refused: 0 };
  const isOver = () => over.signal.aborted;
  const pause = (ms: number) => sleep(ms, undefined, { signal: over.signal }).catch(() => {});

  async function swapBundles(): Promise<void> {
    for (await pause(swapMs); !isOver(); await pause(swapMs)) {
      await exchanged(world, client);
      counts.bundle_swaps++;
    }
  }

  async function changeCatalogue(): Promise<void> {
    const log = await openLog({ folder: world.folders.log }, CATALOGUE_TOPIC);
    for (; !isOver(); await pause(CATALOGUE_PAUSE_MS)) {
      const change = counts.catalogue_changes++;
      await log.append([catalogueRecord(catalogueEvent(change, change % world.tracks))]);
    }
    await log.close();
  }

  async function askBadly(): Promise<void> {
    for (; !isOver(); await pause(1_000 / badPerSecond)) {
      const bad = BAD_REQUESTS[counts.bad_requests++ % BAD_REQUESTS.length]!;
      if (!(await isRefused(patiently(() => client.nextTracks(bad))))) counts.bad_not_refused++;
    }
  }

  const running = Promise.all([swapBundles(), changeCatalogue(), askBadly()]);
  // It is awaited at the end alone, and must not end the process before.
  running.catch(() => over.abort());
  return {
    async stop() {
      over.abort();
      try {
        await running;
      } finally {
        client.close();
      }
      return counts;
    },
  };
}

/** Publishes a second bundle and goes back to the first, so that the two can be exchanged. */
export async function addSecondBundle(world: ScorerWorld): Promise<void> {
  const { tracks, folders, port } = world;
  const client = connectClient(`127.0.0.1:${port}`);
  await publishBenchBundle(folders.bundle, tracks, benchSources(tracks), 2);
  await exchanged(world, client);
  client.close();
}

/** Says of every track what there is to say, so that changes only take the place of what was said:
 *  a catalogue that fills would look like memory that is lost. */
export async function fillCatalogue({ folders, tracks }: ScorerWorld): Promise<void> {
  await publishCatalogue(folders.log, tracks, (track) => catalogueEvent(track + 1, track));
}

/** Exchanges the two bundles; resolves when the other one is served. The thread that makes the load
 *  only looks. */
async function exchanged(
  { folders }: ScorerWorld,
  client: ReturnType<typeof connectClient>,
): Promise<void> {
  const id = await runBeside<string, BundleId>(ROLL_BACK, folders.bundle);
  const untilMs = performance.now() + TAKEN_WITHIN_MS;
  const served = async () =>
    (await patiently(() => client.nextTracks({ listener: "l", k: 1 }))).bundleId;
  while ((await served()) !== id) {
    requireThat(performance.now() < untilMs, `bundle ${id} is not served`);
    await sleep(LOOK_MS);
  }
}

const ROLL_BACK = {
  module: new URL("../core/bundle/publish-files.ts", import.meta.url),
  name: "rollBack",
};

/** Whether the call ended as one that is against the contract has to. */
async function isRefused(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return false;
  } catch (error) {
    return error instanceof Failure && error.code === "bad_request";
  }
}

/** Titles, years and genres; now and then a track is withdrawn. */
function catalogueEvent(change: number, track: number): CatalogueEvent {
  return CatalogueEvent.fromPartial({
    track: `track-${track}`,
    title: `title ${change}`,
    artists: [{ id: `artist-${change % 50}`, name: `artist ${change % 50}` }],
    genres: [`genre-${change % 10}`],
    releaseDate: String(1960 + (change % 60)),
    tombstone: change % 20 === 0,
  });
}
