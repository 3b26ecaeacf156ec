import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { openLog } from "../cli/open-log.ts";
import { CATALOGUE_TOPIC } from "../core/log/event-log.ts";
import { CatalogueEvent } from "../proto/gen/segue/v1/catalogue.ts";
import { EventKind, ListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import type { NextTracksResponse, RecommendedTrack } from "../proto/gen/segue/v1/recommender.ts";
import { publishRandomBundle } from "./fixtures/random-bundle.ts";
import { startSegue } from "./support/running-segue.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const NEW = "brand-new";
const LISTENER = "curious";
/** How long a list may take to change before the test calls the catalogue's event lost. */
const PATIENCE_MS = 15_000;
const LOOK_AGAIN_MS = 5;

test("a track of the catalogue topic is in lists until it is withdrawn", async (t) => {
  const folder = temporaryFolder();
  const [home, bundle] = [join(folder, "home"), join(folder, "bundle")];
  await publishRandomBundle(bundle, { dimension: 4, hidden: 4, features: [], tracks: 40, seed: 1 });
  const log = await openLog({ folder: join(home, "log") }, CATALOGUE_TOPIC);
  const segue = await startSegue({ home, bundle });
  const say = async (track: string, told: Partial<CatalogueEvent>) => {
    const value = CatalogueEvent.encode(CatalogueEvent.fromPartial({ track, ...told })).finish();
    await log.append([{ key: track, value }]);
  };
  const listWhere = async (
    isRight: (found: RecommendedTrack | undefined) => boolean,
    wish: { readonly excludeHeard?: number } = {},
  ) => {
    const untilMs = performance.now() + PATIENCE_MS;
    while (performance.now() < untilMs) {
      const list = await segue.client.nextTracks({ listener: LISTENER, k: 100, ...wish });
      if (isRight(foundIn(list))) return list;
      await pause(LOOK_AGAIN_MS);
    }
    throw new Error("the catalogue's event never reached a list");
  };
  try {
    await say("track-3", { artists: [{ id: "ann", name: "Ann" }] });
    const saidAtMs = performance.now();
    await say(NEW, { title: "Brand New", artists: [{ id: "ann", name: "Ann" }] });
    const list = await listWhere((found) => found !== undefined);
    t.diagnostic(`publication to list: ${Math.round(performance.now() - saidAtMs)} ms`);
    const { words, derivedFrom, tracks } = foundIn(list)!.newTrack!;
    assert.deepEqual([derivedFrom, tracks], ["artist", 1]);
    assert.equal(words, "new, placed by 1 track by Ann");
    assert.equal(list.tracks.length, 41);
    const told = { eventId: "e1", listener: LISTENER, track: NEW, happenedAtMs: Date.now() };
    const play = ListeningEvent.fromPartial({ ...told, kind: EventKind.EVENT_KIND_FINISHED });
    const { position: atLeast } = await segue.client.publish(play);
    const heard = await segue.client.nextTracks({ listener: LISTENER, k: 100, atLeast });
    assert.equal(foundIn(heard), undefined, "what was just heard stays out");
    const evenHeard = { excludeHeard: 0 };
    const again = { listener: LISTENER, k: 100, ...evenHeard };
    assert.notEqual(foundIn(await segue.client.nextTracks(again)), undefined);
    await say("track-9", { artists: [{ id: "ann", name: "Ann" }] });
    await say(NEW, { tombstone: true });
    // A list without what was heard has not had it for long.
    await listWhere((found) => found === undefined, evenHeard);
    assert.equal(foundIn(await segue.client.nextTracks(again)), undefined);
  } finally {
    await segue.stop();
    await log.close();
  }
});

function foundIn({ tracks }: NextTracksResponse): RecommendedTrack | undefined {
  return tracks.find(({ track }) => track === NEW);
}
