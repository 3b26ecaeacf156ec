import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import type { LoggedList } from "../../scorer/experiments/logged-list.ts";
import { minuteMs, playOf } from "../../test/fixtures/heard-store.ts";
import { loggedListOf } from "../../test/support/logged-lists.ts";
import { countOutcomes } from "./listener-outcomes.ts";

const DAY_MINUTES = 24 * 60;
const SETTINGS = {
  experiment: "trial",
  salt: "",
  windowMs: DAY_MINUTES * 60_000,
  withinMs: 60 * 60_000,
};

test("a listener counts for one window from their first list on, and then no more", () => {
  const lists = [
    inArm("ada", 0, ["a", "b"], "control"),
    inArm("ada", 10, ["c"], "control"),
    inArm("ada", DAY_MINUTES + 5, ["d"], "control"),
  ];
  const { complete } = outcomesOf(lists, [
    playOf("a", 4),
    playOf("b", 6, { kind: "skipped", playedMs: 30_000 }),
    playOf("elsewhere", 12),
    playOf("c", 20),
    playOf("d", DAY_MINUTES + 9),
  ]);
  assert.equal(complete.length, 1);
  const { arm, lists: count, plays, skips, listedMinutes, minutes } = complete[0]!;
  assert.deepEqual({ arm, count, plays, skips }, { arm: "control", count: 2, plays: 2, skips: 1 });
  assert.deepEqual({ listedMinutes, minutes }, { listedMinutes: 6.5, minutes: 9.5 });
});

test("who is not through, and who had two arms, count for none", () => {
  const lists = [
    inArm("ada", 0, ["a"], "control"),
    inArm("bob", 0, ["a"], "control"),
    inArm("bob", 5, ["a"], "other"),
    inArm("eve", DAY_MINUTES, ["a"], "other"),
    { ...inArm("mallory", 0, ["a"], "other"), experiment: undefined },
  ];
  const { complete, incomplete, inTwoArms } = outcomesOf(lists, [playOf("x", DAY_MINUTES + 1)]);
  assert.deepEqual([complete.length, incomplete, inTwoArms], [1, 1, 1]);
});

test("plays of interleaved lists are credited to the arms of their tracks", () => {
  const list = inArm("ada", 0, ["a", "b", "c"], undefined);
  const arms = ["control", "other", "other"];
  const tracks = list.tracks.map((track, at) => ({ ...track, arm: arms[at] }));
  const events = [
    playOf("a", 4, { kind: "skipped" }),
    playOf("b", 8),
    playOf("c", 12),
    playOf("z", 2 * DAY_MINUTES, { listener: "zed" as ListenerId }),
  ];
  const { complete } = outcomesOf([{ ...list, tracks }], events);
  assert.equal(complete[0]!.arm, undefined);
  assert.deepEqual([...complete[0]!.credits], [["other", 2]]);
});

function outcomesOf(lists: readonly LoggedList[], events: readonly ListeningEvent[]) {
  const counting = countOutcomes(lists, SETTINGS);
  for (const event of events) counting.hear(event);
  return counting.outcomes();
}

function inArm(listener: string, minute: number, tracks: string[], arm: string | undefined) {
  const experiment = { name: "trial", arm, control: "control", share: 0.5 };
  return loggedListOf(listener, minuteMs(minute), tracks, { experiment });
}
