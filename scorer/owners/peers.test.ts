import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { credentials } from "@grpc/grpc-js";
import { createMemoryStore } from "../../core/state/memory-store.ts";
import {
  FollowListenerRequest,
  type FollowListenerResponse,
  NextTracksRequest,
} from "../../proto/gen/segue/v1/recommender.ts";
import { hearAll, minuteMs, playOf } from "../../test/fixtures/heard-store.ts";
import { tinyModels } from "../../test/support/tiny-models.ts";
import { FORWARD_LIMITS } from "../limits.ts";
import { createScorer } from "../scorer.ts";
import { recommenderService } from "../serve.ts";
import { startServer } from "../server.ts";
import type { Caller } from "../unary.ts";
import type { Owners } from "./owners.ts";
import { NEXT_TRACKS } from "./passed-on.ts";
import { openPeers, type Peers } from "./peers.ts";

const models = tinyModels(5, 40);
const NEVER = new AbortController().signal;

test("a peer is asked in the name of the caller, with its token and its time", async (context) => {
  const { address, seen } = await startPeer(context);
  const { peers } = openTestPeers(context);
  const request = NextTracksRequest.fromPartial({ listener: "ada", k: 3 });
  const headers = () => ({ authorization: "Bearer t" });
  const asked = { address, headers, waitMs: 60_000, signal: NEVER };
  const reply = await peers.ask(NEXT_TRACKS, request, asked);
  assert.equal(reply?.tracks.length, 3);
  const [{ forwarded, caller }] = seen as [Seen];
  assert.ok(forwarded);
  assert.equal(caller.headers?.().authorization, "Bearer t");
  assert.ok(caller.leftMs <= 60_000);
});

test("a peer that is away rests for a while, and is asked again after it", async (context) => {
  const { peers, clock } = openTestPeers(context);
  const request = NextTracksRequest.fromPartial({ listener: "ada" });
  const asked = { address: "127.0.0.1:1", waitMs: 300, signal: NEVER };
  assert.equal(await peers.ask(NEXT_TRACKS, request, asked), undefined);
  assert.ok(peers.rests(asked.address));
  clock.nowMs += FORWARD_LIMITS.restMs;
  assert.ok(!peers.rests(asked.address));
});

test("a refusal is no answer, and no reason to rest", async (context) => {
  const { address } = await startPeer(context);
  const { peers } = openTestPeers(context);
  const request = NextTracksRequest.fromPartial({ listener: "", k: 3 });
  const asked = { address, waitMs: 60_000, signal: NEVER };
  assert.equal(await peers.ask(NEXT_TRACKS, request, asked), undefined);
  assert.ok(!peers.rests(address));
});

test("a caller that goes ends what was asked for it", async (context) => {
  const { address } = await startPeer(context, { isStuck: true });
  const { peers } = openTestPeers(context);
  const gone = new AbortController();
  const request = NextTracksRequest.fromPartial({ listener: "ada" });
  const asking = peers.ask(NEXT_TRACKS, request, { address, waitMs: 60_000, signal: gone.signal });
  setImmediate(() => gone.abort());
  assert.equal(await asking, undefined);
});

test("a stream is handed over until it ends, or nobody reads it any more", async (context) => {
  const { address, close } = await startPeer(context);
  const { peers } = openTestPeers(context);
  const request = FollowListenerRequest.fromPartial({ request: { listener: "ada" } });
  const lists: FollowListenerResponse[] = [];
  const gone = new AbortController();
  const take = async (list: FollowListenerResponse) => {
    lists.push(list);
    gone.abort();
  };
  await peers.follow(request, { address, signal: gone.signal }, take);
  assert.equal(lists.length, 1);
  assert.ok(!peers.rests(address));
  const ended = peers.follow(request, { address, signal: NEVER }, async () => close());
  await ended;
  assert.ok(peers.rests(address));
});

interface Seen {
  readonly forwarded: boolean;
  readonly caller: Caller;
}

/** A scorer in which ada heard a track, and which keeps what it was asked. */
async function startPeer(context: TestContext, { isStuck = false } = {}) {
  const state = createMemoryStore();
  await hearAll(state, models, [playOf("track-3", 0)]);
  const scorer = createScorer({
    ...models,
    state,
    partitions: 1,
    now: () => minuteMs(9),
    randomBytes: (length) => new Uint8Array(length),
    notice: (failure) => assert.fail(failure),
  });
  const seen: Seen[] = [];
  const owners: Owners = {
    answer: (_, serve) => (request, caller) => {
      seen.push({ forwarded: request.forwarded, caller });
      return isStuck ? new Promise(() => undefined) : serve(request, caller);
    },
    follow: (serve) => serve,
  };
  const report = (error: unknown) => assert.fail(String(error));
  const services = [recommenderService({ scorer: () => scorer, report, owners })];
  const server = await startServer({ host: "127.0.0.1", port: 0, services });
  context.after(() => server.close());
  return { address: `127.0.0.1:${server.port}`, seen, close: () => server.close() };
}

function openTestPeers(context: TestContext): { peers: Peers; clock: { nowMs: number } } {
  const clock = { nowMs: 1_000 };
  const plain = () => credentials.createInsecure();
  const peers = openPeers({ credentials: plain, nowMs: () => clock.nowMs });
  context.after(() => peers.close());
  return { peers, clock };
}
