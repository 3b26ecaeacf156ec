import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bundle } from "../../core/bundle/bundle.ts";
import type { ListenerId, TrackId } from "../../core/domain/ids.ts";
import type { Models } from "../../core/state/advance.ts";
import { createMemoryStore } from "../../core/state/memory-store.ts";
import { hearAll, minuteMs, playOf } from "../../test/fixtures/heard-store.ts";
import { tinyModels } from "../../test/support/tiny-models.ts";
import { recommend } from "../recommend.ts";
import type { NextTracksQuery, Recommendation } from "../recommendation.ts";
import { createScorer, type Scorer } from "../scorer.ts";
import { openArmScorers } from "./arm-scorers.ts";
import { parseExperiments } from "./parse-experiments.ts";
import { listMaker } from "./recommend-in-arm.ts";

const tiny = tinyModels(4, 30);
const models: Models = {
  ...tiny,
  bundle: { ...tiny.bundle, manifest: manifestOf(tiny.bundle, { id: "04" }) },
};
const LISTENERS = Array.from({ length: 12 }, (_, at) => `listener-${at}` as ListenerId);

test("a list is made as its arm says, and names it", async () => {
  const { ask, plain } = await experimenting({
    arms: [
      { name: "as-is", share: 0.5 },
      { name: "popular", share: 0.5, blend: { popularity: 1 } },
    ],
  });
  const arms = new Set<string>();
  for (const listener of LISTENERS) {
    const { list, asked } = await ask({ listener });
    const { name, arm, control } = list.experiment!;
    assert.deepEqual([name, control], ["trial", "as-is"]);
    const weights = arm === "popular" ? { ...POPULAR } : undefined;
    assert.deepEqual(asked.weights, weights);
    assert.deepEqual(tracksOf(list), tracksOf(await plain({ listener, weights })));
    arms.add(arm!);
  }
  assert.deepEqual([...arms].sort(), ["as-is", "popular"]);
});

test("who asks to take no part, or asks for a path, gets a list of no arm", async () => {
  const arms = [
    { name: "as-is", share: 0.5 },
    { name: "popular", share: 0.5, blend: { popularity: 1 } },
  ];
  const { ask, plain } = await experimenting({ arms });
  const path = { from: "track-1" as TrackId, to: "track-9" as TrackId };
  for (const listener of LISTENERS) {
    for (const wish of [{ outsideExperiments: true }, { path }]) {
      const { list } = await ask({ listener, ...wish });
      assert.equal(list.experiment, undefined);
      assert.deepEqual(tracksOf(list), tracksOf(await plain({ listener, ...wish })));
    }
  }
});

test("an interleaved list takes turns between its arms, and each track names its own", async () => {
  const { ask, plain } = await experimenting({
    interleaved_share: 1,
    arms: [{ name: "as-is" }, { name: "popular", blend: { popularity: 1 } }],
  });
  const { list } = await ask({ listener: ADA });
  assert.equal(list.experiment!.arm, undefined);
  assert.deepEqual(
    list.experiment!.interleaved!.map(({ arm }) => arm),
    ["as-is", "popular"],
  );
  const own = new Set(tracksOf(await plain({ listener: ADA })));
  const popular = new Set(tracksOf(await plain({ listener: ADA, weights: POPULAR })));
  assert.equal(list.tracks.length, K);
  for (const { track, arm } of list.tracks) {
    assert.ok((arm === "as-is" ? own : popular).has(track));
  }
  const count = list.tracks.filter(({ arm }) => arm === "as-is").length;
  assert.equal(count, K / 2);
});

test("a list that must keep to rules is not drawn from two", async () => {
  const arms = [{ name: "as-is" }, { name: "popular", blend: { popularity: 1 } }];
  const { ask } = await experimenting({ interleaved_share: 1, arms });
  const { list } = await ask({ listener: ADA, listRules: { noNearDuplicates: true } });
  assert.equal(list.experiment, undefined);
});

test("an arm's bundle of the same steps reads what ingest stored, to the bit", async () => {
  const other = { ...models.bundle, manifest: manifestOf(models.bundle, { id: "ff" }) };
  const { ask } = await experimenting({ arms: [OWN_BUNDLE], control: "next" }, other);
  const { list } = await ask({ listener: ADA });
  assert.equal(list.bundle, other.manifest.id);
  const scorer = await scorerOf({ ...models, bundle: other }, models);
  const rebuilt = await recommend(scorer, { listener: ADA, k: K });
  const stored = await recommend(await scorerOf(models, models), { listener: ADA, k: K });
  assert.deepEqual(scoresOf(list), scoresOf(stored));
  // Forty plays are more than a record remembers, so that stepping anew cannot be the same.
  assert.notDeepEqual(scoresOf(rebuilt), scoresOf(stored));
});

test("a bundle of other steps is refused by its arm, unless states are rebuilt", async () => {
  const manifest = manifestOf(models.bundle, { id: "ff", step: "other" });
  const other = { ...models.bundle, manifest };
  const refused = experimenting({ arms: [OWN_BUNDLE], control: "next" }, other);
  await assert.rejects(refused, {
    code: "bad_configuration",
    field: "experiments[0].arms[0].bundle",
    message: /its short model steps by another graph; say "states": "rebuilt"/,
  });
  const arms = [{ ...OWN_BUNDLE, states: "rebuilt" }];
  const { ask } = await experimenting({ arms, control: "next" }, other);
  const { list } = await ask({ listener: ADA });
  const scorer = await scorerOf({ ...models, bundle: other }, models);
  assert.deepEqual(scoresOf(list), scoresOf(await recommend(scorer, { listener: ADA, k: K })));
});

test("a control that is rebuilt, too, steps the served bundle anew for each list", async () => {
  const arms = [{ name: "next", share: 1, states: "rebuilt" }];
  const { ask, plain } = await experimenting({ arms, control: "next" });
  const { list } = await ask({ listener: ADA });
  const stored = await plain({ listener: ADA });
  assert.equal(list.bundle, stored.bundle);
  assert.notDeepEqual(scoresOf(list), scoresOf(stored));
});

test("an experiment rests while a bundle is served beside which an arm cannot be", async () => {
  const next = { ...models.bundle, manifest: manifestOf(models.bundle, { id: "ff" }) };
  const { make, notices } = await experimenting({ arms: [OWN_BUNDLE], control: "next" }, next);
  const swapped = manifestOf(models.bundle, { id: "ee", step: "another" });
  const served = await scorerOf({ ...models, bundle: { ...models.bundle, manifest: swapped } });
  for (const _ of [1, 2]) {
    const { list } = await make(served, { listener: ADA, k: K });
    assert.deepEqual([list.experiment, list.bundle], [undefined, swapped.id]);
  }
  assert.deepEqual(notices.length, 1);
});

const ADA = "ada" as ListenerId;
const K = 10;
const POPULAR = { short: 0, long: 0, neighbours: 0, coplay: 0, popularity: 1 };
const OWN_BUNDLE = { name: "next", share: 1, bundle: "bundles/next" };

type Ask = Partial<NextTracksQuery> & Pick<NextTracksQuery, "listener">;

/** An experiment on a served bundle whose tracks are less popular one after the other; arms that
 *  name a bundle get `other`. */
async function experimenting(experiment: object, other: Bundle = models.bundle) {
  const parsed = parseExperiments({
    experiments: [{ name: "trial", control: "as-is", ...experiment }],
  });
  const served = await scorerOf(models, models);
  const notices: string[] = [];
  const arms = await openArmScorers(parsed, models.bundle, {
    ...PARTS,
    state: served.state,
    openBundle: async () => other,
    startRunner: async () => models.runner,
    calls: { ended: async () => undefined },
    notice: ({ message }) => notices.push(message),
  });
  const make = listMaker(parsed, arms);
  return {
    make,
    notices,
    ask: (query: Ask) => make(served, { k: K, ...query }),
    plain: (query: Ask) => recommend(served, { k: K, ...query }),
  };
}

const PARTS = {
  partitions: 1,
  now: () => minuteMs(45),
  randomBytes: (length: number) => new Uint8Array(length),
};

/** A scorer of what ada heard under `steppedBy`: forty plays. */
async function scorerOf(own: Models, steppedBy: Models = own): Promise<Scorer> {
  const state = createMemoryStore();
  const plays = Array.from({ length: 40 }, (_, at) => playOf(`track-${(at * 7) % 30}`, at));
  await hearAll(state, steppedBy, plays);
  const notice = (failure: Error) => assert.fail(failure);
  return createScorer({ ...own, ...PARTS, state, notice });
}

/** Two manifests of one `step` name the same files for their steps. */
function manifestOf(bundle: Bundle, { id, step = "step" }: { id: string; step?: string }) {
  const file = (name: string) => ({ [name]: { bytes: 1, sha256: name } });
  const { hidden, dimension } = bundle.models.short!;
  const graphs = { step, taste: "taste", input_vectors: "in", output_vectors: "out" };
  const short = { ...graphs, hidden, dimension, features: [], output_bias: null, golden: "" };
  const files = { ...file(step), ...file("in"), ...file("ids") };
  const tracks = { ...bundle.manifest.tracks, ids: "ids" };
  return { ...bundle.manifest, id: id.repeat(32) as never, models: { short }, files, tracks };
}

function tracksOf({ tracks }: Recommendation): string[] {
  return tracks.map(({ track }) => track);
}

function scoresOf({ tracks }: Recommendation): string[] {
  return tracks.map(({ track, score }) => `${track} ${score}`);
}
