import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import {
  openCatalogueReader,
  openCatalogueStore,
  WITHDRAWN,
} from "../../core/catalogue/catalogue-store.ts";
import type { CatalogueTrack } from "../../core/catalogue/catalogue-track.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { Offset, Partition, TrackId, TrackIndex } from "../../core/domain/ids.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { tinyModels } from "../../test/support/tiny-models.ts";
import { UNTOLD } from "../../test/support/untold-track.ts";
import { hasTrack } from "../retrieval/track-bits.ts";
import { openLiveCatalogue } from "./live-catalogue.ts";

const home = temporaryFolder();
const { bundle } = tinyModels(1, 1200);
const JAZZ = '"jazz" in track.genres';

test("columns and filters follow the catalogue that another process writes", async () => {
  const folder = join(home, "followed");
  const reader = openCatalogueReader(folder);
  const live = openLiveCatalogue(bundle, reader, assert.fail);
  await live.upToDate();
  const jazz = async () => {
    await live.upToDate();
    const { bits } = await live.sets.passing(JAZZ, "filter");
    return bundle.trackIds.filter((_, row) => hasTrack(bits, row as TrackIndex));
  };
  assert.deepEqual(await jazz(), []);
  const store = openCatalogueStore(folder);
  await write(
    store,
    bundle.trackIds.map((track) => trackOf(track, [])),
  );
  await write(store, [trackOf("track-7", ["jazz"]), trackOf("track-900", ["folk", "jazz"])]);
  assert.deepEqual(await jazz(), ["track-7", "track-900"]);
  await write(store, [trackOf("track-7", ["folk"]), trackOf("track-8", ["jazz"])]);
  await write(store, [trackOf("nobody's", ["jazz"])]);
  assert.deepEqual(await jazz(), ["track-8", "track-900"]);
  const version = live.version();
  await live.upToDate();
  assert.equal(live.version(), version, "nothing has changed since");
  await reader.close();
  await store.close();
});

test("a track that is withdrawn passes no filter from the next list on", async () => {
  const folder = join(home, "withdrawn");
  const store = openCatalogueStore(folder);
  await write(store, [trackOf("track-3", ["jazz"])]);
  const live = openLiveCatalogue(bundle, store, assert.fail);
  await live.upToDate();
  const everything = async () => (await live.sets.passing("true", "filter")).bits;
  assert.equal(hasTrack(await everything(), 3 as TrackIndex), true);
  const gone = new Map([["track-3" as TrackId, WITHDRAWN]] as const);
  await store.commit({ partition: 0 as Partition, next: 2 as Offset, tracks: gone });
  await live.upToDate();
  assert.equal(hasTrack(await everything(), 3 as TrackIndex), false);
  assert.deepEqual([...live.withdrawn], [3]);
  const later = openLiveCatalogue(bundle, store, assert.fail);
  await later.upToDate();
  assert.deepEqual([...later.withdrawn], [3], "who reads the whole catalogue learns of it, too");
  await write(store, [trackOf("track-3", ["jazz"])]);
  await live.upToDateSoon();
  assert.deepEqual([...live.withdrawn], []);
  await store.close();
});

test("a catalogue that cannot be read is noticed, and what was read goes on counting", async () => {
  const notices: Failure[] = [];
  let isBroken = false;
  const live = openLiveCatalogue(
    bundle,
    {
      get: () => undefined,
      isWithdrawn: () => false,
      withdrawn: () => [],
      version: () => 0,
      changedSince() {
        if (isBroken) throw new Failure("store_unavailable", "disk");
        return [];
      },
      page: (after) => (after === undefined ? [trackOf("track-5", ["jazz"])] : []),
    },
    (failure) => notices.push(failure),
  );
  await live.upToDate();
  isBroken = true;
  await live.upToDate();
  assert.deepEqual(
    notices.map(({ code }) => code),
    ["store_unavailable"],
  );
  const { bits } = await live.sets.passing(JAZZ, "filter");
  assert.equal(hasTrack(bits, 5 as TrackIndex), true);
});

let offset = 0;

async function write(
  store: ReturnType<typeof openCatalogueStore>,
  tracks: readonly CatalogueTrack[],
): Promise<void> {
  offset += 1;
  const entries = tracks.map((track) => [track.track, track] as const);
  const commit = { partition: 0 as Partition, next: offset as Offset, tracks: new Map(entries) };
  await store.commit(commit);
}

function trackOf(track: string, genres: readonly string[]): CatalogueTrack {
  return { ...UNTOLD, track: track as TrackId, genres };
}
