import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId } from "../../core/domain/ids.ts";
import { assign } from "./assign.ts";
import type { Experiment } from "./experiment.ts";
import { listenerHash } from "./listener-hash.ts";

const LISTENERS = Array.from({ length: 8_000 }, (_, at) => `listener-${at}` as ListenerId);

test("arms have their shares of listeners, and the rest takes no part", () => {
  const parts = partsOf([experiment({ interleavedShare: 0.1 })]);
  const share = (part: string) => parts.filter((one) => one === part).length / parts.length;
  assert.ok(Math.abs(share("one as-is") - 0.3) < 0.02);
  assert.ok(Math.abs(share("one other") - 0.2) < 0.02);
  assert.ok(Math.abs(share("one both") - 0.1) < 0.02);
  assert.ok(Math.abs(share("none") - 0.4) < 0.02);
});

test("a listener keeps their arm, and a share that grows takes nobody's arm away", () => {
  const before = partsOf([experiment({})]);
  assert.deepEqual(partsOf([experiment({})]), before);
  const after = partsOf([experiment({ interleavedShare: 0.5 })]);
  for (const [at, part] of before.entries()) assert.ok(part === "none" || part === after[at]);
});

test("another salt divides listeners anew, and an arm follows from no hash of the log", () => {
  const before = partsOf([experiment({})]);
  const after = partsOf([experiment({ salt: "another" })]);
  const both = before.filter((part, at) => part === "one as-is" && after[at] === part).length;
  assert.ok(Math.abs(both / LISTENERS.length - 0.09) < 0.02);
  const isLow = LISTENERS.map((listener) => listenerHash(listener, "salt") < "4");
  const low = before.filter((part, at) => part === "one as-is" && isLow[at]).length;
  assert.ok(Math.abs(low / LISTENERS.length - 0.075) < 0.02);
});

test("of experiments the first that runs and has a place counts", () => {
  const all = [experiment({ untilMs: 5 }), experiment({ name: "two", salt: "two", fromMs: 3 })];
  const of = (nowMs: number) => new Set(partsOf(all, nowMs).map((part) => part.split(" ")[0]));
  assert.deepEqual(of(2), new Set(["one", "none"]));
  assert.deepEqual(of(4), new Set(["one", "two", "none"]));
  assert.deepEqual(of(5), new Set(["two", "none"]));
});

function partsOf(experiments: readonly Experiment[], nowMs = 0): string[] {
  return LISTENERS.map((listener) => {
    const found = assign(experiments, listener, nowMs);
    return found === undefined ? "none" : `${found.experiment.name} ${found.arm?.name ?? "both"}`;
  });
}

function experiment(change: Partial<Experiment>): Experiment {
  const plain = { bundle: undefined, states: "stored", wishes: {} } as const;
  return {
    name: "one",
    salt: "salt",
    control: "as-is",
    arms: [
      { ...plain, name: "as-is", share: 0.3 },
      { ...plain, name: "other", share: 0.2 },
    ],
    interleavedShare: 0,
    fromMs: Number.NEGATIVE_INFINITY,
    untilMs: Number.POSITIVE_INFINITY,
    ...change,
  };
}
