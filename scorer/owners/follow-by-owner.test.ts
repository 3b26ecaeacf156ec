import assert from "node:assert/strict";
import { test } from "node:test";
import type { Partition } from "../../core/domain/ids.ts";
import { until } from "../../core/log/collecting-reader.ts";
import {
  FollowListenerRequest,
  FollowListenerResponse,
} from "../../proto/gen/segue/v1/recommender.ts";
import { followByOwner } from "./follow-by-owner.ts";
import type { Peers } from "./peers.ts";
import type { Route } from "./route.ts";

const HERE: Route = { others: [], isOwner: true, isFurthest: true };
const THERE: Route = { others: ["other:1"], isOwner: false, isFurthest: true };

test("a stream goes over to another host when its partition does, and back", async () => {
  const world = follow(HERE);
  await until(() => world.lists.length === 1, "a list of this host");
  world.moveTo(THERE);
  await until(() => world.lists.length === 2, "a list of the other host");
  world.moveTo(HERE);
  await until(() => world.lists.length === 3, "this host again");
  assert.deepEqual(world.lists.map(labelOf), ["self:1", "other:1", "self:1"]);
  assert.deepEqual(world.forwarded, [true]);
  await world.end();
});

test("while the other host rests, this one's copy is followed; equal lists come once", async () => {
  const world = follow(THERE, { rests: true });
  await until(() => world.lists.length === 1, "a list of the copy");
  assert.equal(world.lists[0]!.list!.freshness!.fromStandby, true);
  world.moveTo({ ...THERE, others: ["third:1"] });
  world.moveTo(THERE);
  await world.end();
  assert.equal(world.lists.length, 1);
});

test("a stream that was passed on fails once others know more", async () => {
  const world = follow(HERE, { forwarded: true });
  await until(() => world.lists.length === 1, "a list of this host");
  world.moveTo({ ...THERE, isFurthest: false });
  await assert.rejects(world.done, { code: "stale_owner" });
});

test("what ends a stream by itself is told", async () => {
  const world = follow(HERE, { fails: true });
  await assert.rejects(world.done, /the models are gone/);
});

interface FollowOptions {
  readonly rests?: boolean;
  readonly forwarded?: boolean;
  readonly fails?: boolean;
}

function follow(
  first: Route,
  { rests = false, forwarded = false, fails = false }: FollowOptions = {},
) {
  let route = first;
  const lists: FollowListenerResponse[] = [];
  const passed: boolean[] = [];
  const gone = new AbortController();
  const peers: Peers = {
    ask: () => assert.fail("nobody asks"),
    close: () => undefined,
    rests: () => rests,
    async follow(request, { address, signal }, take) {
      passed.push(request.request!.forwarded);
      await take(listOf(address));
      await aborted(signal).catch(() => undefined);
    },
  };
  const parts = { self: "self:1", partitions: 1, routeNow: (_: Partition) => route, peers };
  const serve = followByOwner(parts, async (_, reader) => {
    if (fails) throw new Error("the models are gone");
    await reader.send(listOf(""));
    await aborted(reader.signal);
  });
  const request = FollowListenerRequest.fromPartial({ request: { listener: "ada", forwarded } });
  const done = serve(request, {
    signal: gone.signal,
    send: async (list) => void lists.push(list),
  });
  return {
    lists,
    forwarded: passed,
    done,
    moveTo(next: Route) {
      route = next;
    },
    async end() {
      gone.abort();
      await assert.rejects(Promise.resolve(done), { name: "AbortError" });
    },
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function listOf(answeredBy: string): FollowListenerResponse {
  const freshness = { caughtUp: true };
  return FollowListenerResponse.fromPartial({
    list: { answeredBy, freshness, tracks: [{ track: "t" }] },
  });
}

function labelOf({ list }: FollowListenerResponse): string {
  return list!.answeredBy;
}
