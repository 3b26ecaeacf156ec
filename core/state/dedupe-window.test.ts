import assert from "node:assert/strict";
import { test } from "node:test";
import { BEGAN_AT_MS, listeningEvent } from "../../test/support/listening-records.ts";
import { pseudoRandom } from "../bundle/pseudo-random.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import { HEAR_RULES, type Heard, hear } from "./hear.ts";
import { DEDUPE_EVENTS_LEAST, RECENT_EVENTS_MAX } from "./listener-record.ts";
import type { History } from "./stored-record.ts";

const MINUTE_MS = 60_000;

test("an id is known for as long as its event would not be late", () => {
  const steady = heardAt(...Array.from({ length: 30 }, (_, minute) => minute * MINUTE_MS));
  // Of minutes 19 to 29: the one of minute 19 happened just as long ago as is tolerated.
  assert.equal(steady.heardEvents.length, 11);
});

test("the newest ids are known however old their events are", () => {
  const seldom = heardAt(...Array.from({ length: 30 }, (_, day) => day * 24 * 60 * MINUTE_MS));
  assert.equal(seldom.heardEvents.length, DEDUPE_EVENTS_LEAST);
});

test("before a play was heard no id is forgotten for its age", () => {
  let history: History | undefined;
  for (let day = 0; day < 20; day++) {
    history = after(history, day, { kind: "started", happenedAtMs: day * 24 * 60 * MINUTE_MS });
  }
  assert.equal(history!.heardEvents.length, 20);
});

test("a duplicate of any of a listener's events changes nothing", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const numbers = pseudoRandom(seed);
    const random = () => Math.abs(numbers());
    const sent: { readonly eventId: string; readonly happenedAtMs: number }[] = [];
    let history: History | undefined;
    let clockMs = 0;
    for (let offset = 0; offset < 150; offset++) {
      clockMs += Math.floor(random() ** 3 * 12 * MINUTE_MS);
      const happenedAtMs = Math.max(0, clockMs - Math.floor(random() ** 4 * 12 * MINUTE_MS));
      const event = { eventId: `${seed}-${offset}`, happenedAtMs };
      const heard = decided(history, offset, event);
      if (!("history" in heard)) continue;
      history = heard.history;
      sent.push(event);
      for (const again of sent) {
        const { verdict } = decided(history, 1_000, again);
        assert.ok(verdict === "duplicate" || verdict === "late", `seed ${seed}: ${verdict}`);
      }
    }
    assert.ok(sent.length > RECENT_EVENTS_MAX);
  }
});

type Change = Parameters<typeof listeningEvent>[0];

function heardAt(...timesMs: number[]): History {
  let history: History | undefined;
  for (const [offset, happenedAtMs] of timesMs.entries()) {
    history = after(history, offset, { happenedAtMs });
  }
  return history!;
}

function after(history: History | undefined, offset: number, change: Change): History {
  const heard = decided(history, offset, { eventId: `${offset}`, ...change });
  assert.ok("history" in heard, heard.verdict);
  return heard.history;
}

/** `happenedAtMs` counts from when the listener began. */
function decided(history: History | undefined, offset: number, change: Change): Heard {
  const happenedAtMs = BEGAN_AT_MS + Number(change.happenedAtMs);
  const at = { partition: 0 as Partition, epoch: 0, offset: offset as Offset };
  return hear(history, listeningEvent({ ...change, happenedAtMs }), at, HEAR_RULES);
}
