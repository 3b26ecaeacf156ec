import type { CatalogueTrack } from "../../core/catalogue/catalogue-track.ts";
import type { ListenerId, TrackId } from "../../core/domain/ids.ts";
import { createMemoryStore } from "../../core/state/memory-store.ts";
import type { ReadCatalogue } from "../../scorer/catalogue/live-catalogue.ts";
import { createScorer, type Scorer } from "../../scorer/scorer.ts";
import { hearAll, minuteMs, playOf } from "../fixtures/heard-store.ts";
import { type Chance, chanceOf } from "../simulation/chance.ts";
import { tinyModels } from "../support/tiny-models.ts";

/** A small world in which rules meet often: few artists, albums and recordings. */
export interface RulesWorld {
  readonly scorer: Scorer;
  readonly listeners: readonly ListenerId[];
  /** What the catalogue says now. */
  readonly catalogue: ReadonlyMap<TrackId, CatalogueTrack>;
  /** Changes some tracks of the catalogue. */
  stir(): void;
}

export const WORLD_TRACKS = 90;
/** When every list of the world is asked for. */
export const ASKED_AT_MS = minuteMs(60);

export async function rulesWorld(seed: number): Promise<RulesWorld> {
  const chance = chanceOf(seed, "rules");
  const models = tinyModels(seed, WORLD_TRACKS);
  const { trackIds } = models.bundle;
  const popularity = Float32Array.from(trackIds, (_, row) => Math.log(1 / (row + 2)));
  const state = createMemoryStore();
  const listeners = ["ada", "bob", "cyd", "nobody"] as ListenerId[];
  for (const [at, listener] of listeners.slice(0, 3).entries()) {
    const plays = Array.from({ length: [3, 20, 40][at]! }, (_, number) => {
      const kind = chance.pick(["finished", "finished", "skipped", "disliked", "liked"] as const);
      const track = chance.pick(trackIds);
      return playOf(track, number + Math.floor(number / 10) * 5, { listener, kind });
    });
    await hearAll(state, models, plays);
  }
  const catalogue = new Map<TrackId, CatalogueTrack>();
  const changes: TrackId[] = [];
  const change = (track: TrackId) => {
    changes.push(track);
    if (chance.happens(0.1)) catalogue.delete(track);
    else catalogue.set(track, drawTrack(chance, track));
  };
  for (const track of trackIds) change(track);
  const scorer = createScorer({
    bundle: { ...models.bundle, popularity },
    runner: models.runner,
    state,
    catalogue: readerOf(catalogue, changes),
    partitions: 1,
    now: () => ASKED_AT_MS,
    randomBytes: (length) => Uint8Array.from({ length }, () => chance.below(256)),
    notice(failure) {
      throw failure;
    },
  });
  await scorer.live.upToDate();
  const stir = () => {
    for (let count = 0; count < 5; count++) change(chance.pick(trackIds));
  };
  return { scorer, listeners, catalogue, stir };
}

function drawTrack(chance: Chance, track: TrackId): CatalogueTrack {
  const id = (prefix: string, many: number) => `${prefix}${chance.below(many)}`;
  const artists = Array.from({ length: 1 + chance.below(2) }, () => id("artist-", 8));
  const album = chance.happens(0.8) ? id("album-", 15) : "";
  return {
    track,
    title: chance.happens(0.7) ? id("title ", 12) : "",
    artists: artists.map((artist) => ({ id: artist, name: artist.toUpperCase() })),
    album: { id: album, title: album },
    genres: ["jazz", "folk", "rock"].filter(() => chance.happens(0.4)),
    trackMs: 180_000,
    releaseDate: String(1960 + chance.below(60)),
    markets: ["DE", "US"].filter(() => chance.happens(0.3)),
    explicit: chance.happens(0.3),
    // Halves and quarters, which are the same as floats.
    ...(chance.happens(0.8) && { tempo: 60 + 10 * chance.below(10) }),
    ...(chance.happens(0.8) && { energy: chance.below(5) / 4 }),
    ...(chance.happens(0.8) && { valence: chance.below(5) / 4 }),
    ...(chance.happens(0.3) && { recording: id("recording-", 10) }),
  };
}

function readerOf(
  catalogue: ReadonlyMap<TrackId, CatalogueTrack>,
  changes: readonly TrackId[],
): ReadCatalogue {
  return {
    get: (track) => catalogue.get(track),
    isWithdrawn: () => false,
    withdrawn: () => [],
    version: () => changes.length,
    changedSince: (version) => changes.slice(version),
    page: (after) => (after === undefined ? [...catalogue.values()] : []),
  };
}
