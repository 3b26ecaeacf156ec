import assert from "node:assert/strict";
import { test } from "node:test";
import type { Offset, Partition } from "../../core/domain/ids.ts";
import type { GroupHost } from "../../core/log/group-host.ts";
import { routeOf } from "./route.ts";

const partition = 2 as Partition;
const [A, B, C] = ["a:1", "b:1", "c:1"];

test("the owner answers itself, and every other host asks it", () => {
  const hosts = [host(A, { owns: true, next: 9 }), host(B, { next: 9 })];
  assert.deepEqual(route(hosts, A, 9), { others: [], isOwner: true, isFurthest: true });
  assert.deepEqual(route(hosts, B, 9), { others: [A], isOwner: false, isFurthest: true });
});

test("an owner that has not got the state asks whoever holds most of it", () => {
  const hosts = [host(A, { owns: true, next: 0 }), host(B, { next: 5 }), host(C, { next: 8 })];
  assert.deepEqual(route(hosts, A, undefined).others, [C, B]);
  assert.deepEqual(route(hosts, A, 6).others, [C]);
  assert.deepEqual(route(hosts, A, 8), { others: [], isOwner: true, isFurthest: true });
});

test("whoever holds less than others does not answer for them", () => {
  const hosts = [host(A, { owns: true, next: 0 }), host(B, { next: 5 })];
  assert.equal(route(hosts, A, 4).isFurthest, false);
  assert.equal(route(hosts, B, 5).isFurthest, true);
  assert.deepEqual(route(hosts, C, undefined).others, [A, B]);
});

test("while a partition has no owner, who holds most of it answers", () => {
  const hosts = [host(A, { next: 4 }), host(B, { next: 8 })];
  assert.deepEqual(route(hosts, A, 4), { others: [B], isOwner: false, isFurthest: false });
  assert.deepEqual(route(hosts, B, 8), { others: [], isOwner: false, isFurthest: true });
});

test("what a topic made anew has brought is further than any offset of the old one", () => {
  const old = host(B, { next: 900 });
  const position = { epoch: 1, next: 3 as Offset, appendedAtMs: 0 };
  const asked = { hosts: [host(A, { owns: true, next: 0 }), old], self: A, partition, position };
  assert.equal(routeOf(asked).isFurthest, true);
});

test("a host answers alone where nobody announces anything, and asks no nameless one", () => {
  assert.deepEqual(route([], A, undefined), { others: [], isOwner: true, isFurthest: true });
  const unknown = route(undefined, A, 9);
  assert.deepEqual(unknown, { others: [], isOwner: false, isFurthest: false });
  const nameless = [host("", { owns: true, next: 9 }), host(A, { next: 0 })];
  assert.deepEqual(route(nameless, A, 0), { others: [], isOwner: false, isFurthest: false });
});

function host(
  address: string,
  { owns = false, next }: { readonly owns?: boolean; readonly next: number },
): GroupHost {
  const held = { partition, epoch: 0, next: next as Offset, owned: owns };
  return { address, holds: [held], owns: owns ? [partition] : [] };
}

function route(hosts: readonly GroupHost[] | undefined, self: string, next: number | undefined) {
  const position =
    next === undefined ? undefined : { epoch: 0, next: next as Offset, appendedAtMs: 0 };
  return routeOf({ hosts, self, partition, position });
}
