import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId, Offset, Partition } from "../../core/domain/ids.ts";
import type { GroupHost } from "../../core/log/group-host.ts";
import { createMemoryStore } from "../../core/state/memory-store.ts";
import {
  Freshness,
  NextTracksRequest,
  NextTracksResponse,
} from "../../proto/gen/segue/v1/recommender.ts";
import type { Caller } from "../unary.ts";
import { answerByOwners } from "./owners.ts";
import { NEXT_TRACKS } from "./passed-on.ts";
import type { Peers } from "./peers.ts";

const ONLY = 0 as Partition;
const [SELF, OTHER, THIRD] = ["self:1", "other:1", "third:1"];

test("a call for another host's listener gets the owner's answer, with its token", async () => {
  const world = await newWorld({ next: 5, owner: OTHER });
  const headers = () => ({ authorization: "Bearer t" });
  const reply = await world.ask({}, { headers, leftMs: 500 });
  assert.equal(reply.answeredBy, OTHER);
  assert.deepEqual(world.asked, [OTHER]);
  assert.equal(world.last.headers?.().authorization, "Bearer t");
  assert.ok(world.last.waitMs < 500 && world.last.waitMs > 400, `${world.last.waitMs} ms`);
});

test("the owner answers itself, and says so", async () => {
  const world = await newWorld({ next: 5, owner: SELF });
  const reply = await world.ask({});
  assert.deepEqual(labelOf(reply), { answeredBy: SELF, fromStandby: false });
  assert.deepEqual(world.asked, []);
});

test("where the owner does not answer, this host's copy does, and says so", async () => {
  const world = await newWorld({ next: 5, owner: OTHER, silent: [OTHER] });
  const reply = await world.ask({});
  assert.deepEqual(labelOf(reply), { answeredBy: SELF, fromStandby: true });
  assert.deepEqual(world.passedOn, [false]);
});

test("where a third host holds more than this one, that one is asked before", async () => {
  const holds = { [THIRD]: 9 };
  const world = await newWorld({ next: 5, owner: OTHER, silent: [OTHER], holds });
  assert.equal((await world.ask({})).answeredBy, THIRD);
  assert.deepEqual(world.asked, [OTHER, THIRD]);
});

test("a call that was passed on goes no further, and fails where others know more", async () => {
  const ahead = await newWorld({ next: 9, owner: OTHER, holds: { [THIRD]: 9 } });
  const reply = await ahead.ask({ forwarded: true });
  assert.deepEqual(labelOf(reply), { answeredBy: SELF, fromStandby: true });
  const behind = await newWorld({ next: 5, owner: SELF, holds: { [THIRD]: 9 } });
  await assert.rejects(behind.ask({ forwarded: true }), { code: "stale_owner" });
  assert.deepEqual([...ahead.asked, ...behind.asked], []);
});

test("an owner that has nothing yet waits for it, and says when it came in vain", async () => {
  const world = await newWorld({ next: 0, owner: SELF, logNext: 7 });
  const asking = world.ask({});
  await world.hear(3);
  assert.deepEqual(labelOf(await asking), { answeredBy: SELF, fromStandby: false });
  const late = await newWorld({ next: 0, owner: SELF, logNext: 7 });
  const hurried = await late.ask({}, { leftMs: 200 });
  assert.deepEqual(labelOf(hurried), { answeredBy: SELF, fromStandby: true });
});

test("where the owner is gone a copy that its host has not announced yet is found", async () => {
  const world = await newWorld({ next: 0, owner: OTHER, silent: [OTHER], logNext: 7 });
  assert.equal((await world.ask({})).answeredBy, THIRD);
  assert.deepEqual(world.asked, [OTHER, THIRD]);
  // Whoever passed it on asks others then.
  const empty = await newWorld({ next: 0, owner: SELF, logNext: 7 });
  await assert.rejects(empty.ask({ forwarded: true }, { leftMs: 200 }), { code: "stale_owner" });
  assert.deepEqual(empty.asked, []);
});

test("a host that has nothing waits until it knows its group", async () => {
  const world = await newWorld({ next: 0, owner: undefined, logNext: 7 });
  const asking = world.ask({});
  world.meet(OTHER!);
  assert.equal((await asking).answeredBy, OTHER);
  const alone = await newWorld({ next: 0, owner: undefined, logNext: 7 });
  const hurried = await alone.ask({}, { leftMs: 200 });
  assert.deepEqual(labelOf(hurried), { answeredBy: SELF, fromStandby: true });
});

test("of a partition that never had a record nothing is waited for", async () => {
  const world = await newWorld({ next: 0, owner: SELF, logNext: 0 });
  assert.deepEqual(labelOf(await world.ask({})), { answeredBy: SELF, fromStandby: false });
});

test("a host that does not know its group yet answers from what it has, as a copy", async () => {
  const world = await newWorld({ next: 5, owner: undefined });
  assert.deepEqual(labelOf(await world.ask({})), { answeredBy: SELF, fromStandby: true });
});

test("a caller without time for another host gets this one's answer", async () => {
  const world = await newWorld({ next: 5, owner: OTHER });
  const reply = await world.ask({}, { leftMs: 40 });
  assert.deepEqual(labelOf(reply), { answeredBy: SELF, fromStandby: true });
  assert.deepEqual(world.asked, []);
});

interface WorldOptions {
  /** How far this host has the partition. */
  readonly next: number;
  /** Undefined where nothing is known of the group. */
  readonly owner: string | undefined;
  /** Hosts that do not answer. */
  readonly silent?: readonly string[];
  /** What other hosts announced to hold. */
  readonly holds?: Readonly<Record<string, number>>;
  readonly logNext?: number;
}

async function newWorld({ next, owner, silent = [], holds = {}, logNext = 9 }: WorldOptions) {
  const state = createMemoryStore();
  const asked: string[] = [];
  const passedOn: boolean[] = [];
  let last: Parameters<Peers["ask"]>[2] | undefined;
  let group = owner;
  const hear = async (count: number) => {
    const before = state.position(ONLY)?.next ?? (0 as Offset);
    const position = { epoch: 0, next: (before + count) as Offset, appendedAtMs: 0 };
    const change = { partition: ONLY, expectedNext: before, position };
    if (count > 0) await state.commit({ ...change, records: new Map() });
  };
  await hear(next);
  const peers: Peers = {
    rests: () => false,
    follow: () => assert.fail("nobody follows"),
    close: () => undefined,
    async ask(method, _, call) {
      const { address } = call;
      asked.push(address);
      last = call;
      if (silent.includes(address)) return undefined;
      return method.labelled(replyOf() as never, { answeredBy: address, fromStandby: false });
    },
  };
  const owners = answerByOwners({
    self: SELF!,
    hosts: () => (group === undefined ? undefined : hostsOf(group, holds)),
    state,
    log: {
      partitions: 1,
      watermarks: async () => ({ first: 0 as Offset, next: logNext as Offset }),
    },
    peers,
    onPassedOn: (isAnswered) => void passedOn.push(isAnswered),
  });
  const answer = owners.answer(NEXT_TRACKS, async () => replyOf());
  return {
    asked,
    passedOn,
    hear,
    /** The host hears who owns the partition. */
    meet(owner: string) {
      group = owner;
    },
    get last() {
      return last!;
    },
    ask(request: Partial<NextTracksRequest>, caller: Partial<Caller> = {}) {
      const asking = NextTracksRequest.fromPartial({ listener: "ada" as ListenerId, ...request });
      const signal = new AbortController().signal;
      const patient = { leftMs: Number.POSITIVE_INFINITY, hurry: 0 as const, signal };
      return answer(asking, { ...patient, ...caller });
    },
  };
}

function hostsOf(owner: string, holds: Readonly<Record<string, number>>): GroupHost[] {
  return [SELF!, OTHER!, THIRD!].map((address) => ({
    address,
    holds: [
      {
        partition: ONLY,
        epoch: 0,
        next: (holds[address] ?? 0) as Offset,
        owned: address === owner,
      },
    ],
    owns: address === owner ? [ONLY] : [],
  }));
}

function replyOf(): NextTracksResponse {
  return NextTracksResponse.fromPartial({ freshness: Freshness.fromPartial({ caughtUp: true }) });
}

function labelOf({ answeredBy, freshness }: NextTracksResponse) {
  return { answeredBy, fromStandby: freshness!.fromStandby };
}
