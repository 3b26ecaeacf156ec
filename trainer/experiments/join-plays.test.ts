import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId } from "../../core/domain/ids.ts";
import { listenerHash } from "../../scorer/experiments/listener-hash.ts";
import { minuteMs, playOf } from "../../test/fixtures/heard-store.ts";
import { loggedListOf } from "../../test/support/logged-lists.ts";
import { joinPlays } from "./join-plays.ts";

const HOUR_MS = 60 * 60_000;
const ADA = listenerHash("ada" as ListenerId, "");
const lists = [
  loggedListOf("ada", minuteMs(30), ["a", "b", "d"]),
  loggedListOf("ada", minuteMs(0), ["a", "c"]),
  loggedListOf("bob", minuteMs(31), ["e"]),
];
const join = joinPlays(lists, { withinMs: HOUR_MS });

test("a play belongs to the newest list of its listener that has the track", () => {
  assert.deepEqual(placed(playOf("b", 40)), ["ada", 30, 1, false]);
  assert.deepEqual(placed(playOf("a", 40)), ["ada", 30, 0, false]);
  assert.deepEqual(placed(playOf("c", 40)), ["ada", 0, 1, false]);
  assert.equal(placed(playOf("e", 40)), undefined);
});

test("a play that began before a list was made is not its doing", () => {
  // Three minutes long, so that it began at minute 29.
  assert.deepEqual(placed(playOf("a", 32)), ["ada", 0, 0, false]);
  assert.equal(placed(playOf("d", 32)), undefined);
});

test("a play that comes too late belongs to no list", () => {
  assert.equal(placed(playOf("b", 120)), undefined);
});

test("a play that names its list belongs to it, whenever it comes", () => {
  const recommendationId = `ada-${minuteMs(0)}`;
  assert.deepEqual(placed(playOf("a", 500, { recommendationId })), ["ada", 0, 0, true]);
  assert.equal(placed(playOf("b", 40, { recommendationId })), undefined);
});

function placed(event: ReturnType<typeof playOf>) {
  const found = join.placeOf(ADA, event);
  if (found === undefined) return undefined;
  const minute = (found.list.madeAtMs - minuteMs(0)) / 60_000;
  return [found.list.id.split("-")[0], minute, found.place, found.isNamed];
}
