import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../core/domain/failure.ts";
import type { LogNotice } from "../core/log/log-notice.ts";
import { keepSweeping } from "./keep-sweeping.ts";

test("a sweep waits while batches are applied, and not for ever", async () => {
  const { looks, pauses } = await sweptFor(60, { underWay: 1 });
  assert.equal(looks, 2);
  assert.equal(new Set(pauses).size, 1);
});

test("a sweep that came round rests for long", async () => {
  const { looks, pauses } = await sweptFor(5, { isRound: true });
  assert.equal(looks, 2);
  assert.ok(Math.max(...pauses) > 1_000 * Math.min(...pauses));
});

test("a batch in between is no news, an outage is, and both are tried again", async () => {
  const stale = await sweptFor(4, { failure: new Failure("stale_owner", "moved") });
  assert.deepEqual([stale.looks, stale.notices.length], [3, 0]);
  const full = await sweptFor(4, { failure: new Failure("store_unavailable", "full") });
  assert.deepEqual([full.looks, full.notices.length], [3, 3]);
});

/** Sweeps until it has paused so often. */
async function sweptFor(
  pausesMax: number,
  { underWay = 0, isRound = false, failure }: Readonly<Partial<Circumstances>>,
) {
  const stop = new AbortController();
  const pauses: number[] = [];
  const notices: LogNotice[] = [];
  let looks = 0;
  const look = async () => {
    looks += 1;
    if (failure !== undefined) throw failure;
    return 0;
  };
  const pause = async (durationMs: number) => {
    if (pauses.push(durationMs) === pausesMax) stop.abort();
  };
  const told = { onEvicted: () => undefined, onNotice: (one: LogNotice) => void notices.push(one) };
  const sweep = { look, isRound: () => isRound };
  await keepSweeping({ sweep, underWay: () => underWay, pause, ...told }, stop.signal);
  return { looks, pauses, notices };
}

interface Circumstances {
  underWay: number;
  isRound: boolean;
  failure: Failure;
}
