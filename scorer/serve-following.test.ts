import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { type ClientReadableStream, credentials, type ServiceError, status } from "@grpc/grpc-js";
import { createMemoryStore } from "../core/state/memory-store.ts";
import {
  FollowListenerRequest,
  type FollowListenerResponse,
  RankTracksRequest,
  type RankTracksResponse,
  RecommenderClient,
} from "../proto/gen/segue/v1/recommender.ts";
import { hearAll, minuteMs, playOf } from "../test/fixtures/heard-store.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { makePlainList } from "./experiments/recommend-in-arm.ts";
import { createScorer } from "./scorer.ts";
import { type RecommenderParts, recommenderService } from "./serve.ts";
import { startServer } from "./server.ts";

const models = tinyModels(5, 40);

test("tracks are ranked, heard and disliked ones too, unknown ones named", async (context) => {
  const { client } = await served(context);
  const tracks = ["track-7", "no-such", "track-3", "track-9", "track-3"];
  const request = RankTracksRequest.fromPartial({ listener: "ada", tracks });
  const reply = await new Promise<RankTracksResponse>((resolve, reject) => {
    client.rankTracks(request, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
  const ranked = reply.tracks.map(({ track }) => track);
  assert.deepEqual(ranked.toSorted(), ["track-3", "track-7", "track-9"]);
  assert.deepEqual(reply.unknownTracks, ["no-such"]);
  const scores = reply.tracks.map(({ score }) => score);
  assert.deepEqual(
    scores,
    scores.toSorted((one, other) => other - one),
  );
});

test("a follower's stream brings a list at once and one after an event", async (context) => {
  const { follow, hear } = await served(context);
  const stream = follow({});
  const [first] = (await once(stream, "data")) as [FollowListenerResponse];
  assert.equal(first.list!.tracks.length, 20);
  const next = once(stream, "data");
  await hear(5);
  const [second] = (await next) as [FollowListenerResponse];
  assert.deepEqual(second.list!.freshness!.seen, { partition: 0, offset: 2 });
  assert.ok(!second.list!.tracks.some(({ track }) => track === "track-5"));
  stream.cancel();
  await assert.rejects(once(stream, "end"), { code: status.CANCELLED });
});

test("a follower's lists are made in their arm, and told with what was asked", async (context) => {
  const told: string[] = [];
  const { follow } = await served(context, {
    makeList: async (scorer, query) => {
      const { list } = await makePlainList(scorer, query);
      const experiment = { name: "trial", arm: "other", control: "as-is", share: 0.5 };
      return { list: { ...list, experiment }, asked: { ...query, diversity: 0.5 } };
    },
    onRecommended: ({ id }, { diversity }) => told.push(`${id} ${diversity}`),
  });
  const stream = follow({});
  const [{ list }] = (await once(stream, "data")) as [FollowListenerResponse];
  assert.deepEqual([list!.experiment, list!.arm], ["trial", "other"]);
  assert.deepEqual(told, [`${list!.recommendationId} 0.5`]);
  stream.cancel();
  await assert.rejects(once(stream, "end"), { code: status.CANCELLED });
});

test("what a follower asks for wrongly is refused by its field", async (context) => {
  const { follow } = await served(context);
  const failed = once(follow({ request: { listener: "ada", filter: "track.x" } }), "end");
  await assert.rejects(failed, (error: ServiceError) => {
    assert.equal(error.code, status.INVALID_ARGUMENT);
    return error.metadata.get("segue-field")[0] === "filter";
  });
});

test("followers' streams end when the server does", async (context) => {
  const { follow, stopping } = await served(context);
  const streams = [follow({}), follow({})];
  await Promise.all(streams.map((stream) => once(stream, "data")));
  const ended = Promise.all(streams.map((stream) => once(stream.resume(), "end")));
  stopping.abort();
  await ended;
});

/** A server in which ada heard track-3 and disliked track-7. */
async function served(context: TestContext, others: Partial<RecommenderParts> = {}) {
  const state = createMemoryStore();
  await hearAll(state, models, [playOf("track-3", 0), playOf("track-7", 1, { kind: "disliked" })]);
  const scorer = createScorer({
    ...models,
    state,
    partitions: 1,
    now: () => minuteMs(9),
    randomBytes: (length) => new Uint8Array(length),
    notice: (failure) => assert.fail(failure),
  });
  const stopping = new AbortController();
  const report = (error: unknown) => assert.fail(String(error));
  const parts = { scorer: () => scorer, report, stopping: stopping.signal };
  const services = [recommenderService({ ...parts, ...others })];
  const server = await startServer({ host: "127.0.0.1", port: 0, services });
  const client = new RecommenderClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
  context.after(() => {
    client.close();
    server.close();
  });
  return {
    client,
    stopping,
    hear: (track: number) => hearAll(state, models, [playOf(`track-${track}`, 2)]),
    follow(
      request: Parameters<typeof FollowListenerRequest.fromPartial>[0],
    ): ClientReadableStream<FollowListenerResponse> {
      const asked = { request: { listener: "ada" }, intervalMs: 50, ...request };
      return client.followListener(FollowListenerRequest.fromPartial(asked));
    },
  };
}
