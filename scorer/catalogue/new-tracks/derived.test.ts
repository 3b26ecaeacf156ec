import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CatalogueTrack } from "../../../core/catalogue/catalogue-track.ts";
import { MODEL_NAMES, type TrackId } from "../../../core/domain/ids.ts";
import { tinyModels } from "../../../test/support/tiny-models.ts";
import { trackSpace } from "../../retrieval/retriever.ts";
import { catalogueAverages } from "../../shares.ts";
import { type FollowedNewTracks, followNewTracks } from "./follow-new-tracks.ts";
import { servedTracks } from "./served-tracks.ts";

const { bundle } = tinyModels(7, 30);
const averages = catalogueAverages(trackSpace(bundle));
const id = (name: string) => name as TrackId;

test("an artist's new track stands at the artist's mean, drawn to the catalogue's", async () => {
  const followed = await followedOf([
    trackOf("track-3", { artists: ["ann"] }),
    trackOf("track-8", { artists: ["bob", "ann"] }),
    trackOf("brand new", { artists: ["ann"] }),
  ]);
  const index = servedTracks(bundle, followed.fresh).indexOf(id("brand new"))!;
  const { origin, models } = followed.fresh.derivedOf(index)!;
  assert.deepEqual({ from: origin.from, tracks: origin.tracks }, { from: "artist", tracks: 2 });
  for (const name of MODEL_NAMES) {
    const { outputVectors, dimension } = bundle.models[name]!;
    const at = (track: number, axis: number) => outputVectors[track * dimension + axis]!;
    for (let axis = 0; axis < dimension; axis++) {
      const average = averages.models[name]!.vector[axis]!;
      const expected = (at(3, axis) + at(8, axis) + average) / 3;
      assert.ok(Math.abs(models[name]!.vector[axis]! - expected) < 1e-6);
    }
  }
});

test("the nearest kin is named: recording before artist, album and genres", async () => {
  const followed = await followedOf([
    trackOf("track-1", { artists: ["ann"], album: "red", genres: ["jazz"], recording: "r1" }),
    trackOf("by recording", { artists: ["ann"], recording: "r1" }),
    trackOf("by artist", { artists: ["nobody", "ann"], album: "red", genres: ["jazz"] }),
    trackOf("by album", { artists: ["nobody"], album: "red", genres: ["jazz"] }),
    trackOf("by genres", { artists: ["nobody"], album: "blue", genres: ["folk", "jazz"] }),
    trackOf("by nothing", { artists: ["nobody"], album: "blue", genres: ["folk"] }),
  ]);
  const { fresh } = followed;
  const from = (name: string) => {
    const index = fresh.indexOf(id(`by ${name}`));
    return index && fresh.derivedOf(index)!.origin.from;
  };
  for (const name of ["recording", "artist", "album", "genres"]) assert.equal(from(name), name);
  assert.equal(from("nothing"), undefined);
  assert.deepEqual(fresh.counts(), { shown: 4, withoutKin: 1, crowdedOut: 0 });
  const same = fresh.derivedOf(fresh.indexOf(id("by recording"))!)!.models.short!.vector;
  const { outputVectors, dimension } = bundle.models.short!;
  assert.deepEqual(same, outputVectors.slice(dimension, 2 * dimension), "it is the same take");
});

test("whatever came first, derived vectors are those of the catalogue as it is", async () => {
  const few = <T>(...values: T[]) => fc.subarray(values, { maxLength: 2 });
  const change = fc.record({
    track: fc.oneof(
      fc.integer({ min: 0, max: 9 }).map((row) => `track-${row}`),
      fc.integer({ min: 0, max: 5 }).map((number) => `new-${number}`),
    ),
    gone: fc.integer({ min: 0, max: 4 }).map((number) => number === 0),
    artists: few("ann", "bob", "eve"),
    album: fc.constantFrom("", "red", "blue"),
    genres: few("jazz", "folk"),
    recording: fc.constantFrom(undefined, "r1", "r2"),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 8 }),
      async (batches) => {
        const stepped = followNewTracks(bundle, { averages, max: 20 });
        const last = new Map<TrackId, CatalogueTrack>();
        for (const batch of batches) {
          for (const { track, gone, ...told } of batch) {
            const known = gone ? undefined : trackOf(track, told);
            stepped.take(id(track), known);
            if (known === undefined) last.delete(id(track));
            else last.set(id(track), known);
          }
          await stepped.settle();
        }
        const whole = await followedOf([...last.values()]);
        assert.deepEqual(toldOf(stepped), toldOf(whole));
      },
    ),
    { numRuns: 60 },
  );
});

async function followedOf(tracks: readonly CatalogueTrack[]): Promise<FollowedNewTracks> {
  const followed = followNewTracks(bundle, { averages, max: 20 });
  for (const track of tracks) followed.take(track.track, track);
  await followed.settle();
  return followed;
}

/** By track, what it is scored by and from how many tracks; of those without kin nothing. */
function toldOf({ fresh, held, columns }: FollowedNewTracks) {
  return new Map(
    held()
      .toSorted()
      .map((track) => {
        const index = fresh.indexOf(track);
        const derived = index === undefined ? undefined : fresh.derivedOf(index);
        const row = index === undefined ? -1 : fresh.rowOf[index - fresh.first]!;
        const { short } = derived?.models ?? {};
        const inMemory = short && fresh.vectors.dots("short", short.vector)[row];
        const isKnown = index !== undefined && (columns.known[index >>> 5]! >>> (index & 31)) & 1;
        return [
          track,
          { models: derived?.models, inMemory, isKnown, tracks: derived?.origin.tracks },
        ];
      }),
  );
}

function trackOf(
  track: string,
  told: {
    readonly artists?: readonly string[];
    readonly album?: string;
    readonly genres?: readonly string[];
    readonly recording?: string | undefined;
  },
): CatalogueTrack {
  const { artists = [], album = "", genres = [], recording } = told;
  return {
    track: id(track),
    title: "",
    artists: artists.map((name) => ({ id: name, name })),
    album: { id: album, title: album },
    genres,
    trackMs: 0,
    releaseDate: "",
    markets: [],
    explicit: false,
    ...(recording !== undefined && { recording }),
  };
}
