import assert from "node:assert/strict";
import { test } from "node:test";
import { ownBrokerForTests } from "../../deploy/kafka/require-broker.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { awayBroker } from "./broker-away.ts";

const TIMES = 1;
const AWAY_MS = 3_000;

test("without a broker lists are answered with their age, and no event is lost", async (t) => {
  const broker = await ownBrokerForTests();
  if (broker === undefined) return t.skip("there is no broker");
  t.after(() => broker.stop());
  const end = await awayBroker({
    broker,
    folder: temporaryFolder(),
    times: TIMES,
    awayMs: AWAY_MS,
    seed: 1,
    progress: () => undefined,
  });
  assert.equal(end.failed, 0, "every request is answered");
  assert.ok(end.answered > 0);
  assert.ok(end.ageMaxMs >= AWAY_MS, "replies say how old their state is");
  assert.ok(end.applied >= end.acknowledged, "what was acknowledged is applied");
  const caughtUp = `caught up after ${Math.round(end.caughtUpMs)} ms`;
  t.diagnostic(
    `figure: ${TIMES} absences, ${end.answered} of ${end.answered} answered, ${caughtUp}`,
  );
});
