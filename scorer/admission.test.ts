import assert from "node:assert/strict";
import { test } from "node:test";
import { createAdmission } from "./admission.ts";
import { ADMISSION_LIMITS, SERVER_LIMITS } from "./limits.ts";

test("calls are begun until the next would wait for too long", () => {
  const { admission, turn } = loaded(2);
  const begun = beginAll(admission, 1_000);
  assert.ok(Math.abs(begun - ADMISSION_LIMITS.waitMsMax / 2) <= 1, `${begun} were begun`);
  turn();
  assert.equal(admission.refusal(1_000), undefined, "some have had their turn");
});

test("calls have their turn as they came, as many at once as a wave may last", async () => {
  const callMs = ADMISSION_LIMITS.waveMs / 2;
  const { admission, turn } = loaded(callMs);
  const had: number[] = [];
  for (let call = 0; call < 5; call++) void admission.turn().then(() => had.push(call));
  await Promise.resolve();
  assert.deepEqual(had, [], "what comes in the same turn of the event loop is read first");
  for (const wave of [[0, 1], [2, 3], [4]]) {
    had.length = 0;
    turn();
    await Promise.resolve();
    assert.deepEqual(had, wave);
  }
});

test("a call that would wait past its deadline is refused, and told when to come again", () => {
  const { admission } = loaded(2);
  for (let call = 0; call < 10; call++) void admission.turn();
  assert.equal(admission.refusal(21), 40, "it would wait for 20 ms and take 2");
  assert.equal(admission.refusal(22.5), undefined);
});

test("a few are tried however near their deadlines are", () => {
  const { admission } = loaded(5);
  assert.equal(beginAll(admission, 1), ADMISSION_LIMITS.alwaysBegun);
});

test("calls that wait for something else are bounded by their number alone", () => {
  const { admission } = loaded(1);
  const ends = Array.from({ length: SERVER_LIMITS.callsUnderWayMax }, () => admission.begin());
  assert.equal(typeof admission.refusal(1_000), "number");
  ends[0]!();
  assert.equal(admission.refusal(1_000), undefined);
});

test("calls that come when many wait are begun in a hurry, and the last ones most", () => {
  const { admission } = loaded(2);
  const hurries: number[] = [];
  while (admission.refusal(1_000) === undefined) {
    hurries.push(admission.hurry(1_000));
    void admission.turn();
  }
  assert.deepEqual(hurries, hurries.toSorted());
  assert.equal(hurries[0], 0);
  assert.equal(hurries.at(-1), 3);
  const whole = hurries.filter((hurry) => hurry === 0).length;
  assert.ok(whole >= ADMISSION_LIMITS.alwaysBegun);
});

type Loaded = ReturnType<typeof createAdmission>;

/** An admission that has measured that a call takes so long, on a clock of the test's own. */
function loaded(callMs: number): { readonly admission: Loaded; turn(): void } {
  let busyMs = 0;
  const after: (() => void)[] = [];
  const admission = createAdmission({
    busyMs: () => busyMs,
    afterTurn: (done) => after.push(done),
  });
  const turn = () => {
    for (const done of after.splice(0)) done();
  };
  for (let call = 0; call < 100 * ADMISSION_LIMITS.measuredCalls; call++) {
    const end = admission.begin();
    busyMs += callMs;
    end();
  }
  return { admission, turn };
}

function beginAll(admission: Loaded, leftMs: number): number {
  for (let begun = 0; ; begun++) {
    if (admission.refusal(leftMs) !== undefined) return begun;
    void admission.turn();
  }
}
