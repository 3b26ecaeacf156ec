import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { createMemoryStore } from "../core/state/memory-store.ts";
import { NextTracksRequest, RecommenderClient } from "../proto/gen/segue/v1/recommender.ts";
import { tinyModels } from "../test/support/tiny-models.ts";
import { createScorer } from "./scorer.ts";
import { recommenderService } from "./serve.ts";
import { startServer } from "./server.ts";

const CALLS = 400;
const DEADLINE_MS = 60_000;
/** What a list takes here, whatever the machine: far more than a refusal. */
const LIST_MS = 5;

test("of far more calls than it bears, a scorer refuses some at once", async (context) => {
  const { ask, lists } = await slowScorer(context);
  // Until it has measured how long a list takes, it takes one for short.
  for (let list = 0; list < 256; list++) await ask();
  const before = lists();
  const answers = await Promise.all(Array.from({ length: CALLS }, () => ask()));
  const refused = answers.filter((answer) => answer !== undefined);
  const answered = CALLS - refused.length;
  context.diagnostic(`${answered} of ${CALLS} calls at once were answered`);
  assert.ok(answered >= 1 && refused.length >= CALLS / 4);
  assert.equal(lists() - before, answered, "no list was made for a call that was refused");
  for (const { code, metadata } of refused) {
    assert.equal(code, status.RESOURCE_EXHAUSTED);
    assert.ok(Number(metadata.get("grpc-retry-pushback-ms")[0]) >= 20);
  }
  assert.equal(await ask(), undefined, "the next caller is answered");
});

async function slowScorer(context: TestContext) {
  let lists = 0;
  const scorer = createScorer({
    ...tinyModels(4, 30),
    state: createMemoryStore(),
    partitions: 1,
    now: Date.now,
    // Asked once for each list.
    randomBytes: (length) => {
      lists++;
      const untilMs = performance.now() + LIST_MS;
      while (performance.now() < untilMs);
      return new Uint8Array(length);
    },
    notice: console.error,
  });
  const service = recommenderService({ scorer: () => scorer, report: console.error });
  const server = await startServer({ host: "127.0.0.1", port: 0, services: [service] });
  const client = new RecommenderClient(
    `127.0.0.1:${server.port}`,
    credentials.createInsecure(),
    // Refusals shall be seen here, and not be tried again.
    { "grpc.enable_retries": 0 },
  );
  context.after(() => {
    client.close();
    server.close();
  });
  const request = NextTracksRequest.fromPartial({ listener: "ada", k: 5 });
  /** Undefined for an answer. */
  const ask = () =>
    new Promise<ServiceError | undefined>((resolve) => {
      const deadline = Date.now() + DEADLINE_MS;
      client.nextTracks(request, new Metadata(), { deadline }, (error) =>
        resolve(error ?? undefined),
      );
    });
  return { ask, lists: () => lists };
}
