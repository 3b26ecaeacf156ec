import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { Failure } from "../core/domain/failure.ts";
import type { ListenerId, Offset, Partition, TrackId } from "../core/domain/ids.ts";
import type { NewRecord } from "../core/log/event-log.ts";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { EventKind, PlayContextKind } from "../proto/gen/segue/v1/listening.ts";
import {
  type GetListenerResponse,
  NextTracksRequest,
  type NextTracksResponse,
  RecommenderClient,
  Rung,
  type SimilarTracksResponse,
} from "../proto/gen/segue/v1/recommender.ts";
import { hearAll, minuteMs, playOf } from "../test/fixtures/heard-store.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { createScorer, type ScorerParts } from "./scorer.ts";
import { type RecommenderParts, recommenderService } from "./serve.ts";
import { startServer } from "./server.ts";

const models = tinyModels(4, 30);

test("the next tracks come with all that explains them", async (context) => {
  const { client } = await served(context, {
    describe: (track: TrackId) =>
      track === "track-5" ? undefined : { title: `T ${track}`, artists: ["A"], album: "B" },
  });
  const request = { listener: "ada", k: 29, withDetails: true };
  const reply = await call<NextTracksResponse>((done) =>
    client.nextTracks(NextTracksRequest.fromPartial(request), done),
  );
  assert.equal(reply.rung, Rung.RUNG_BLEND);
  assert.equal(reply.bundleId, models.bundle.manifest.id);
  assert.deepEqual(reply.blend, {
    shortTerm: 1,
    longTerm: 1,
    neighbours: 0,
    coplay: 0,
    popularity: 0,
    skips: undefined,
  });
  assert.deepEqual(reply.freshness, {
    seen: { partition: 0, offset: 1 },
    ageMs: 60_000,
    caughtUp: true,
    pendingStepped: 0,
    fromStandby: false,
  });
  assert.equal(reply.tracks.length, 29);
  for (const { track, shares, details } of reply.tracks) {
    const sum = shares!.shortTerm + shares!.longTerm + shares!.popularity;
    assert.ok(Math.abs(sum - 1) < 1e-6);
    const title = track === "track-5" ? undefined : `T ${track}`;
    assert.equal(details?.title, title);
  }
});

test("details come only where they were asked for", async (context) => {
  const describe = () => ({ title: "T", artists: [], album: "" });
  const { ask } = await served(context, { describe });
  const { tracks } = await ask({});
  assert.deepEqual(
    tracks.map(({ details }) => details),
    tracks.map(() => undefined),
  );
});

test("similar tracks are told with their cosines", async (context) => {
  const { client } = await served(context);
  const request = { track: "track-2", k: 3, withDetails: false };
  const reply = await call<SimilarTracksResponse>((done) => client.similarTracks(request, done));
  assert.equal(reply.tracks.length, 3);
  assert.ok(reply.tracks[0]!.similarity >= reply.tracks[2]!.similarity);
  const unknown = { ...request, track: "no such track" };
  const asked = call((done) => client.similarTracks(unknown, done));
  await assert.rejects(asked, refused("track"));
});

test("what is known of a listener can be asked", async (context) => {
  const { client } = await served(context);
  const known = await call<GetListenerResponse>((done) =>
    client.getListener({ listener: "ada", forwarded: false }, done),
  );
  assert.equal(known.known, true);
  assert.equal(known.eventsStepped, 2);
  assert.deepEqual(known.recent[0], {
    track: "track-7",
    kind: EventKind.EVENT_KIND_SKIPPED,
    happenedAtMs: minuteMs(4),
    fractionPlayed: Math.fround(0.9),
    context: PlayContextKind.PLAY_CONTEXT_KIND_ALBUM,
  });
  assert.deepEqual(
    known.models.map(({ model, hiddenSize }) => [model, hiddenSize]),
    [
      ["short", 5],
      ["long", 4],
    ],
  );
  const unknown = await call<GetListenerResponse>((done) =>
    client.getListener({ listener: "bob", forwarded: false }, done),
  );
  assert.equal(unknown.known, false);
  assert.equal(unknown.heard, undefined);
});

test("forgetting writes a tombstone to the log, and says where", async (context) => {
  const appended: NewRecord[] = [];
  const log = {
    append: async (records: readonly NewRecord[]) => {
      appended.push(...records);
      return [{ partition: 2 as Partition, offset: 9 as Offset }];
    },
  };
  const { client } = await served(context, { log });
  const reply = await call((done) => client.forgetListener({ listener: "ada" }, done));
  assert.deepEqual(reply, { position: { partition: 2, offset: 9 } });
  assert.deepEqual(appended, [{ key: "ada", value: null }]);
});

test("forgetting fails where there is no log, or the log is away", async (context) => {
  const away = {
    append: () => Promise.reject(new Failure("log_unavailable", "no broker")),
  };
  const cases: [Partial<RecommenderParts>, status][] = [
    [{}, status.FAILED_PRECONDITION],
    [{ log: away }, status.UNAVAILABLE],
  ];
  for (const [parts, code] of cases) {
    const { client, reported } = await served(context, parts);
    const forget = call((done) => client.forgetListener({ listener: "ada" }, done));
    await assert.rejects(forget, (error: ServiceError) => error.code === code);
    assert.equal(reported.length, 1);
  }
});

test("a bad request names its field and is nobody's failure", async (context) => {
  const { ask, reported } = await served(context);
  await assert.rejects(ask({ k: 501 }), refused("k"));
  await assert.rejects(ask({ listener: "" }), refused("listener"));
  assert.deepEqual(reported, []);
});

test("a message that is no request is refused as the caller's fault", async (context) => {
  const { address } = await served(context);
  const client = new Client(address, credentials.createInsecure());
  context.after(() => client.close());
  const path = "/segue.v1.Recommender/NextTracks";
  const same = (bytes: Buffer) => bytes;
  // Field 1 says that it has 127 bytes, and has none.
  const broken = Buffer.from([0x0a, 0x7f]);
  const asked = call((done) => client.makeUnaryRequest(path, same, same, broken, done));
  await assert.rejects(asked, (error: ServiceError) => error.code === status.INVALID_ARGUMENT);
});

test("a message over the limit is refused and the server lives", async (context) => {
  const { ask } = await served(context);
  const excludeTracks = Array(9_000).fill("x".repeat(1000));
  const tooLarge = (error: ServiceError) => error.code === status.RESOURCE_EXHAUSTED;
  await assert.rejects(ask({ excludeTracks }), tooLarge);
  assert.equal((await ask({})).tracks.length, 20);
});

test("a caller that goes while it waits is not scored for", async (context) => {
  let tastes = 0;
  const runner = {
    ...models.runner,
    taste: (...request: Parameters<typeof models.runner.taste>) => {
      tastes++;
      return models.runner.taste(...request);
    },
  };
  const { client, ask } = await served(context, {}, { runner });
  const request = NextTracksRequest.fromPartial({
    listener: "ada",
    atLeast: { partition: 0, offset: 50 },
  });
  const cancelled = await new Promise<ServiceError | null>((resolve) => {
    const asked = client.nextTracks(request, resolve);
    setTimeout(() => asked.cancel(), 30);
  });
  assert.equal(cancelled?.code, status.CANCELLED);
  const late = call((done) => client.nextTracks(request, new Metadata(), { deadline: 0 }, done));
  await assert.rejects(late, (error: ServiceError) => error.code === status.DEADLINE_EXCEEDED);
  await ask({});
  assert.equal(tastes, 2, "only the last call ran the two models");
});

test("a caller's deadline ends the wait for its record, not the reply", async (context) => {
  const { client } = await served(context);
  const request = NextTracksRequest.fromPartial({
    listener: "ada",
    atLeast: { partition: 0, offset: 50 },
  });
  const reply = await call<NextTracksResponse>((done) =>
    client.nextTracks(request, new Metadata(), { deadline: Date.now() + 1000 }, done),
  );
  assert.equal(reply.freshness!.caughtUp, false);
  assert.equal(reply.tracks.length, 20);
});

interface Served {
  readonly address: string;
  readonly client: RecommenderClient;
  readonly reported: unknown[];
  ask(request: Partial<NextTracksRequest>): Promise<NextTracksResponse>;
}

/** A server in which ada heard two tracks, the last a minute ago. Its clock stands at minute 5. */
async function served(
  context: TestContext,
  parts: Partial<RecommenderParts> = {},
  scorerParts: Partial<ScorerParts> = {},
): Promise<Served> {
  const state = createMemoryStore();
  await hearAll(state, models, [
    playOf("track-3", 0),
    playOf("track-7", 4, { kind: "skipped", listener: "ada" as ListenerId }),
  ]);
  const scorer = createScorer({
    ...models,
    state,
    partitions: 1,
    now: () => minuteMs(5),
    randomBytes: (length) => new Uint8Array(length),
    notice: (failure) => reported.push(failure),
    ...scorerParts,
  });
  const reported: unknown[] = [];
  const report = (error: unknown) => reported.push(error);
  const service = recommenderService({ scorer: () => scorer, report, ...parts });
  const server = await startServer({ host: "127.0.0.1", port: 0, services: [service] });
  const address = `127.0.0.1:${server.port}`;
  const client = new RecommenderClient(address, credentials.createInsecure());
  context.after(() => {
    client.close();
    server.close();
  });
  const ask = (request: Partial<NextTracksRequest>) =>
    call<NextTracksResponse>((done) =>
      client.nextTracks(NextTracksRequest.fromPartial({ listener: "ada", ...request }), done),
    );
  return { address, client, reported, ask };
}

function call<Reply>(
  start: (done: (error: ServiceError | null, reply?: Reply) => void) => unknown,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    start((error, reply) => (error === null ? resolve(reply as Reply) : reject(error)));
  });
}

function refused(field: string): (error: ServiceError) => boolean {
  return (error) =>
    error.code === status.INVALID_ARGUMENT && error.metadata.get("segue-field")[0] === field;
}
