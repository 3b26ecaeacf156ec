import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { NextTracksRequest, RecommenderClient } from "../proto/gen/segue/v1/recommender.ts";
import { idleScorer } from "../test/support/idle-scorer.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { recommenderService } from "./serve.ts";
import { startServer } from "./server.ts";

const HOUR_MS = 60 * 60 * 1000;
/** Enough for a list on a busy machine. */
const PATIENCE_MS = 60_000;
const IMPATIENCE_MS = 1_500;

test("calls end by their deadline where the clock is set an hour back or forth", async (t) => {
  const { ask, jump } = await startJumping(t);
  for (const jumpMs of [-HOUR_MS, HOUR_MS]) {
    const answered = ask({ isStuck: false, deadlineMs: PATIENCE_MS });
    const stuck = ask({ isStuck: true, deadlineMs: IMPATIENCE_MS });
    await Promise.race([stuck.begun, stuck.end]);
    jump(jumpMs);
    assert.equal((await stuck.end)?.code, status.DEADLINE_EXCEEDED);
    assert.equal(await answered.end, undefined, "what was under way is answered");
    const after = ask({ isStuck: false, deadlineMs: PATIENCE_MS });
    assert.equal(await after.end, undefined, "and so is what comes after");
  }
});

/** A scorer and its client on one clock, which a test can set. */
async function startJumping(t: TestContext) {
  const realNow = Date.now;
  let offMs = 0;
  t.mock.method(Date, "now", () => realNow() + offMs);
  const scorer = idleScorer(tinyModels(4, 30), assert.fail);
  let begun: (() => void) | undefined;
  const service = recommenderService({
    scorer: () => scorer,
    report: (error) => assert.fail(String(error)),
    owners: {
      answer: (_, serve) => (request, caller) => {
        if (request.listener !== "stuck") return serve(request, caller);
        begun?.();
        return new Promise((__, reject) => caller.signal.addEventListener("abort", reject));
      },
      follow: (serve) => serve,
    },
  });
  const server = await startServer({ host: "127.0.0.1", port: 0, services: [service] });
  const client = new RecommenderClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
  t.after(() => {
    client.close();
    server.close();
  });
  const ask = ({ isStuck, deadlineMs }: { isStuck: boolean; deadlineMs: number }) => {
    const listener = isStuck ? "stuck" : "ada";
    const request = NextTracksRequest.fromPartial({ listener, k: 5 });
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const end = new Promise<ServiceError | undefined>((resolve) => {
      const options = { deadline: Date.now() + deadlineMs };
      client.nextTracks(request, new Metadata(), options, (error) => resolve(error ?? undefined));
    });
    return { begun: started, end };
  };
  return {
    ask,
    jump(byMs: number) {
      offMs += byMs;
    },
  };
}
