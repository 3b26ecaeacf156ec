import assert from "node:assert/strict";
import { test } from "node:test";
import { trackHash } from "../core/domain/hash.ts";
import type { ListenerId } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { hearAll, minuteMs, playOf } from "../test/fixtures/heard-store.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { recommend } from "./recommend.ts";
import type { Recommendation, RecommendedTrack } from "./recommendation.ts";
import { createScorer } from "./scorer.ts";

const { bundle, runner } = tinyModels(5, 40);
const popularity = Float32Array.from(bundle.trackIds, (_, index) => -index);
const models = {
  bundle: { ...bundle, popularity },
  // A taste as long as the tiny models' track vectors.
  runner: { ...runner, taste: async (_: string, hidden: Float32Array) => hidden.slice(0, 3) },
};
const played = [
  playOf("track-3", 0),
  playOf("track-7", 4, { kind: "skipped" }),
  playOf("track-9", 5, { kind: "started" }),
  playOf("track-9", 8),
];

test("an effect is what a track really loses where the event never was", async () => {
  const told = await listAfter(played, { explainEvents: 15 });
  assert.deepEqual(told.explained, { events: 3, exact: true });
  for (const [at, event] of played.entries()) {
    if (event.kind === "started") continue;
    const others = await listAfter(played.toSpliced(at, 1), {});
    for (const track of told.tracks) {
      const { broughtBy, heldBackBy } = track.influences!;
      const influence = [...broughtBy, ...heldBackBy].find(
        (one) => one.event.track === trackHash(event.track),
      );
      const other = others.tracks.find((one) => one.track === track.track)!;
      const lost = liftOf(track) - liftOf(other);
      assert.ok(Math.abs((influence?.effect ?? 0) - lost) < 2e-3, `${track.track} ${lost}`);
    }
  }
});

test("only the last events are told, however many the record remembers", async () => {
  const life = Array.from({ length: 40 }, (_, at) => playOf(`track-${at % 30}`, 3 * at));
  const { explained, tracks } = await listAfter(life, { explainEvents: 5 });
  assert.equal(explained!.events, 5);
  const told = tracks.flatMap(({ influences }) => [
    ...influences!.broughtBy,
    ...influences!.heldBackBy,
  ]);
  assert.ok(told.length > 0);
  const oldestMs = life.at(-5)!.happenedAtMs;
  assert.ok(told.every(({ event }) => event.happenedAtMs >= oldestMs));
});

test("nothing is explained that was not asked for, and nothing to a listener unheard", async () => {
  const plain = await listAfter(played, {});
  assert.equal(plain.explained, undefined);
  assert.equal(plain.tracks[0]!.influences, undefined);
  assert.equal((await listAfter([], { explainEvents: 15 })).explained, undefined);
});

async function listAfter(
  events: readonly ListeningEvent[],
  { explainEvents }: { readonly explainEvents?: number },
): Promise<Recommendation> {
  const store = createMemoryStore();
  await hearAll(store, models, events);
  const scorer = createScorer({
    ...models,
    state: store,
    partitions: 1,
    now: () => minuteMs(130),
    randomBytes: (length) => new Uint8Array(length),
    notice(failure) {
      throw failure;
    },
  });
  const askedAtMs = (events.at(-1)?.happenedAtMs ?? 0) + 60_000;
  const query = { listener: "ada" as ListenerId, k: 40, excludeHeard: 0, askedAtMs };
  return recommend(scorer, { ...query, skips: 0, explainEvents });
}

function liftOf({ contributions }: RecommendedTrack): number {
  const { short, long, neighbours, coplay, popularity, skips } = contributions;
  return short + long + neighbours + coplay + popularity + skips;
}
