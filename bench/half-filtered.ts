import { setTimeout as sleep } from "node:timers/promises";
import { connectClient } from "../cli/recommender-client.ts";
import { CatalogueEvent } from "../proto/gen/segue/v1/catalogue.ts";
import { NextTracksRequest } from "../proto/gen/segue/v1/recommender.ts";
import { seededRandom } from "../trainer/random.ts";
import { requireThat } from "./did-not-happen.ts";
import { publishCatalogue } from "./publish-catalogue.ts";
import type { ScorerWorld } from "./scorer-world.ts";

const [OLD_YEAR, NEW_YEAR] = [1970, 2020];
const FILTER = `track.release_year >= ${NEW_YEAR}`;

/** Publishes of each track a title and a year, which is new for half of them. */
export async function describeTracks(folder: string, tracks: number): Promise<void> {
  const random = seededRandom(1, "years");
  await publishCatalogue(folder, tracks, (number) => {
    const track = `track-${number}`;
    const releaseDate = String(random() < 0.5 ? OLD_YEAR : NEW_YEAR);
    return CatalogueEvent.fromPartial({ track, title: track, releaseDate });
  });
}

const DESCRIBED_WAIT_MS = 300_000;
const LOOK_MS = 500;
/** Each connection goes to one process, and to which one is chance. */
const LOOKS = 16;

/** Resolves when every process chooses filtered lists from half of the tracks. */
export async function untilDescribed({ port, messages, tracks }: ScorerWorld): Promise<void> {
  const untilMs = performance.now() + DESCRIBED_WAIT_MS;
  const request = NextTracksRequest.decode(filtered(messages[0]!));
  for (let calls = 0; calls < LOOKS; ) {
    const client = connectClient(`127.0.0.1:${port}`, { ownConnection: true });
    const { poolSize } = await client.nextTracks(request);
    client.close();
    const hasHalf = poolSize > 0.45 * tracks && poolSize < 0.55 * tracks;
    calls = hasHalf ? calls + 1 : 0;
    requireThat(performance.now() < untilMs, `a filtered list is from ${poolSize} tracks`);
    if (!hasHalf) await sleep(LOOK_MS);
  }
}

/** The same request for tracks of the new year alone. */
export function filtered(message: Uint8Array): Uint8Array {
  const request = NextTracksRequest.decode(message);
  return NextTracksRequest.encode({ ...request, filter: FILTER }).finish();
}
