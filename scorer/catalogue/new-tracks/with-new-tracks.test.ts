import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MODEL_NAMES,
  type TrackHash,
  type TrackId,
  type TrackIndex,
} from "../../../core/domain/ids.ts";
import { type Draw, drawer, drawSpace, type Shape } from "../../../test/support/drawn-spaces.ts";
import { bruteForce } from "../../retrieval/brute-force.ts";
import type { RetrievalQuery, Retriever, TrackSpace } from "../../retrieval/retriever.ts";
import { addTrack, noTracks } from "../../retrieval/track-bits.ts";
import type { Derived, DerivedModel } from "./derived.ts";
import { type NewTracks, openNewTracks } from "./new-tracks.ts";
import { servedTracks } from "./served-tracks.ts";
import { withNewTracks } from "./with-new-tracks.ts";

const BUNDLED = 70;
const COUNT = 100;
const SHAPES: readonly Shape[] = ["normal", "trained", "equal", "few values"];

test("bundle's and new tracks together are found bit by bit as one catalogue's", async () => {
  const draw = drawer(11);
  for (let turn = 0; turn < 60; turn++) {
    const shape = SHAPES[turn % SHAPES.length]!;
    const [shortDimension, longDimension] = [turn % 7, (turn % 5) + 1];
    const all = drawSpace(draw, { count: COUNT, shortDimension, longDimension, shape });
    // A new track is as popular as the least popular one of the bundle.
    all.popularity.fill(Math.min(0, ...all.popularity.subarray(0, BUNDLED)), BUNDLED);
    const fresh = freshOf(all);
    const gone = fresh.drop("track 75" as TrackId)!;
    const oracle = bruteForce(all);
    const both = togetherOf(all, fresh);
    for (let query = 0; query < 4; query++) {
      const asked = drawQuery(draw, all, turn + query);
      const expected = oracle.retrieve({ ...asked, excluded: [...asked.excluded, gone] });
      assert.deepEqual(both.retrieve(asked), expected, `turn ${turn}`);
      const vector = all.models.long!.vectors.slice(0, longDimension);
      const like = { model: "long", vector, k: 1 + draw.below(COUNT) } as const;
      const excluded = [0, 71, 71] as TrackIndex[];
      assert.deepEqual(
        await both.similar({ ...like, excluded }),
        await oracle.similar({ ...like, excluded: [...excluded, gone] }),
      );
    }
  }
});

test("without new tracks the bundle's own search answers, as it is", async () => {
  const found: never[] = [];
  const space = drawSpace(drawer(1), SMALL);
  const base = { space, retrieve: () => found, similar: async () => found };
  const fresh = openNewTracks({ first: 1, max: 4, dimensions: {}, isTaken: () => false });
  const bundle = bundleOf(base.space, 1);
  const both = withNewTracks(base, { fresh, tracks: servedTracks(bundle, fresh) });
  assert.equal(both.retrieve({} as RetrievalQuery), found);
  assert.equal(await both.similar({} as Parameters<Retriever["similar"]>[0]), found);
});

const SMALL = { count: 1, shortDimension: 2, longDimension: 2, shape: "normal" } as const;

/** The tracks behind the bundle's as new ones. Every fourth shares what the one before it has. */
function freshOf(all: TrackSpace): NewTracks {
  const dimensions = Object.fromEntries(
    Object.entries(all.models).map(([name, { dimension }]) => [name, dimension]),
  );
  const isTaken = () => false;
  const fresh = openNewTracks({ first: BUNDLED, max: 500, dimensions, isTaken });
  let derived: Derived | undefined;
  for (let row = BUNDLED; row < COUNT; row++) {
    const index = fresh.hold(`track ${row}` as TrackId)!;
    assert.equal(index, row);
    if (row % 4 === 3) copyRow(all, row - 1, row);
    else derived = derivedOf(all, row);
    fresh.show(index, derived);
  }
  return fresh;
}

function derivedOf({ models }: TrackSpace, row: number): Derived {
  const own: Partial<Record<(typeof MODEL_NAMES)[number], DerivedModel>> = {};
  for (const name of MODEL_NAMES) {
    const model = models[name];
    if (model === undefined) continue;
    const from = row * model.dimension;
    const vector = model.vectors.slice(from, from + model.dimension);
    own[name] = { vector, bias: model.bias[row]! };
  }
  return { origin: { from: "artist", code: 0, tracks: 1 }, models: own };
}

function copyRow({ models }: TrackSpace, from: number, to: number): void {
  for (const { vectors, dimension, bias } of Object.values(models)) {
    vectors.copyWithin(to * dimension, from * dimension, (from + 1) * dimension);
    bias[to] = bias[from]!;
  }
}

function togetherOf(all: TrackSpace, fresh: NewTracks): Retriever {
  const bundle = bundleOf(all, BUNDLED);
  const models = Object.fromEntries(
    Object.entries(all.models).map(([name, { vectors, bias, dimension }]) => {
      const cut = vectors.slice(0, BUNDLED * dimension);
      return [name, { vectors: cut, bias: bias.slice(0, BUNDLED), dimension }];
    }),
  );
  const base = bruteForce({ count: BUNDLED, models, popularity: bundle.popularity });
  return withNewTracks(base, { fresh, tracks: servedTracks(bundle, fresh) });
}

function bundleOf({ popularity }: TrackSpace, bundled: number) {
  return {
    models: {},
    popularity: popularity.slice(0, bundled),
    trackIds: Array.from({ length: bundled }, (_, row) => `track ${row}` as TrackId),
    indexOf: (_: TrackId) => undefined,
    indexOfHash: (_: TrackHash) => undefined,
  };
}

function drawQuery(draw: Draw, all: TrackSpace, turn: number): RetrievalQuery {
  const { short, long } = all.models;
  const allowed = noTracks(COUNT);
  for (let row = 0 as TrackIndex; row < COUNT; row++)
    if (draw.uniform() < 0.5) addTrack(allowed, row);
  return {
    tastes: {
      ...(short && turn % 3 > 0 && { short: draw.normals(short.dimension) }),
      ...(long && turn % 4 > 0 && { long: draw.normals(long.dimension) }),
    },
    sparse: { coplay: { tracks: Uint32Array.of(3, 60), values: Float32Array.of(0.5, 2) } },
    weights: { short: 1, long: 0.5, neighbours: 0, coplay: turn % 2, popularity: turn % 3 },
    excluded: new Set([5, 80, 99] as TrackIndex[]),
    k: draw.below(COUNT + 5),
    ...(turn % 2 === 0 && { allowed }),
  };
}
