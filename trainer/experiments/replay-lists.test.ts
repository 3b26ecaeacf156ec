import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_WEIGHTS } from "../../core/bundle/manifest.ts";
import type { ListenerId } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { listenerHash } from "../../scorer/experiments/listener-hash.ts";
import { type LoggedList, loggedList } from "../../scorer/experiments/logged-list.ts";
import { recommend } from "../../scorer/recommend.ts";
import { chancesOf } from "../../scorer/rules/choose.ts";
import { minuteMs, playOf } from "../../test/fixtures/heard-store.ts";
import { tinyModels } from "../../test/support/tiny-models.ts";
import { startReplay } from "../evaluate/ask-and-hear.ts";
import { seededChance } from "../simulate/chance.ts";
import { estimatePolicy } from "./policy-estimates.ts";
import { replayLists, tellsOfPolicies } from "./replay-lists.ts";
import { withExpectations } from "./reward-model.ts";

const models = tinyModels(4, 30);
const LISTENERS = 400;
const LISTS_EACH = 3;
const POLICY = { weights: { ...NO_WEIGHTS, long: 1 }, skips: 0 };
/** Of all tracks, so that the new policy can pick none that was never logged. */
const EXPLORATION = { uniform: 0.2, temperature: 0.3, pool: 30 };
/** What listeners of this test like, which nobody tells the models. */
const likes = (track: string) => (Number(track.slice("track-".length)) % 3 === 0 ? 0.8 : 0.3);

const { lists, events, truth } = await live();

test("a log that is replayed says what another blend would have earned", async () => {
  const replayed = await replayAll({ policy: POLICY });
  assert.equal(replayed.contexts.length, LISTENERS * LISTS_EACH);
  const { snips, doublyRobust, meanWeight } = estimatePolicy(
    withExpectations(replayed.contexts),
    1_000,
  );
  assert.ok(Math.abs(snips.value / truth - 1) < 0.1, `${snips.value} for ${truth}`);
  assert.ok(Math.abs(doublyRobust.value / truth - 1) < 0.1, `${doublyRobust.value} for ${truth}`);
  const [low, high] = meanWeight.interval;
  assert.ok(low < 1 && high > 1);
});

test("the chances that were logged are those that the replay finds", async () => {
  const { askedAgain, repeated } = await replayAll({ policy: {} });
  assert.deepEqual([askedAgain, repeated], [500, 500]);
});

test("lists that say nothing of a new policy are left out, and counted", async () => {
  const told = {
    constrained: { ...lists[0]!, isConstrained: true },
    page: { ...lists[1]!, firstPage: "first" },
    plain: { ...lists[2]!, exploration: undefined },
    interleaved: {
      ...lists[3]!,
      experiment: { name: "trial", arm: undefined, control: "control", share: 0.5 },
    },
    stranger: { ...lists[4]!, listener: listenerHash("stranger" as ListenerId, "") },
  };
  const logged = [...Object.values(told), ...lists.slice(5, 20)].filter(tellsOfPolicies);
  assert.equal(logged.length, 16);
  const { contexts, unheard } = await replayAll({ policy: {}, logged });
  assert.deepEqual([contexts.length, unheard], [15, 1]);
});

async function replayAll({
  policy,
  logged = lists,
}: {
  readonly policy: Partial<typeof POLICY>;
  readonly logged?: readonly LoggedList[];
}) {
  async function* source() {
    yield* events;
  }
  const signal = new AbortController().signal;
  return replayLists(models, logged, source(), { policy, salt: "", withinMs: 3_600_000, signal });
}

/** Listeners who hear three tracks, then get lists and hear the first track of each, if they like
 *  it. */
async function live() {
  const replay = startReplay(models, { observe: () => undefined, asksWithoutLong: false });
  const chance = seededChance(3, "lists");
  const lists: LoggedList[] = [];
  const events: ListeningEvent[] = [];
  let truth = 0;
  const hear = async (event: ListeningEvent) => {
    events.push(event);
    await replay.hear(event);
  };
  for (let number = 0; number < LISTENERS; number++) {
    const listener = `listener-${number}` as ListenerId;
    const heard = async (track: string, minute: number, change: Partial<ListeningEvent> = {}) => {
      const eventId = `${listener}-${minute}` as never;
      await hear(playOf(track, minute, { listener, eventId, ...change }));
    };
    for (const minute of [0, 4, 8]) await heard(`track-${chance.below(30)}`, minute);
    for (let list = 0; list < LISTS_EACH; list++) {
      const minute = 10 + 5 * list;
      const madeAtMs = minuteMs(minute);
      const query = { listener, k: 5, exploration: EXPLORATION, askedAtMs: madeAtMs };
      const seed = chance.below(2 ** 32);
      const explored = { ...EXPLORATION, seed };
      const made = await recommend(replay.scorer, { ...query, exploration: explored });
      const { askedAtMs: _, ...asked } = query;
      const id = `${listener}-list-${list}`;
      const hash = listenerHash(listener, "");
      lists.push(loggedList({ ...made, id }, asked, { listener: hash, madeAtMs }));
      const wanted = { ...query, k: EXPLORATION.pool, exploration: undefined, ...POLICY };
      const { tracks } = await recommend(replay.scorer, wanted);
      const chances = chancesOf(
        tracks.map(({ score }) => score),
        EXPLORATION,
      );
      const earned = tracks.reduce((sum, { track }, at) => sum + chances[at]! * likes(track), 0);
      truth += earned / (LISTENERS * LISTS_EACH);
      const { track } = made.tracks[0]!;
      const kind = chance.uniform() < likes(track) ? "finished" : "skipped";
      await heard(track, minute + 4, { kind });
    }
  }
  return { lists, events, truth };
}
