import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import {
  EventGatewayService,
  type PublishStreamRequest,
} from "../../../proto/gen/segue/v1/gateway.ts";
import { NextTracksResponse, RecommenderService } from "../../../proto/gen/segue/v1/recommender.ts";
import { connectSegue, type Segue } from "./connect.ts";
import type { SegueOptions } from "./options.ts";

/** Longer than anything here takes, on however slow a machine. */
const PATIENCE_MS = 20_000;
const NOBODY = "127.0.0.1:1";

test("a call that a busy server pushes back is tried again no sooner than it asks", async (t) => {
  const askedAtMs: number[] = [];
  const address = await serverThat(t, (_, done) => {
    askedAtMs.push(performance.now());
    if (askedAtMs.length === 1) done(busy("40"));
    else done(null, listOf("a"));
  });
  const reply = await client(t, { address }).nextTracks({ listener: "ada" });
  assert.deepEqual([reply.answeredBy, reply.trackIds], ["scorer", ["a"]]);
  assert.equal(askedAtMs.length, 2);
  // Timers may fire up to a millisecond early.
  assert.ok(askedAtMs[1]! - askedAtMs[0]! >= 39);
});

test("a server that wants no other try gets none", async (t) => {
  let asked = 0;
  const address = await serverThat(t, (_, done) => {
    asked += 1;
    done(busy("-1"));
  });
  await assert.rejects(client(t, { address }).nextTracks({ listener: "ada" }), {
    code: "too_busy",
  });
  assert.equal(asked, 1);
});

test("a hedged call takes the answer that comes, and waits no longer for the other", async (t) => {
  let asked = 0;
  const address = await serverThat(t, (_, done) => {
    asked += 1;
    if (asked % 2 === 0) done(null, listOf("b"));
  });
  const segue = client(t, { address, hedgeAfterMs: 20, attemptsMax: 2 });
  for (let round = 1; round <= 3; round++) {
    const reply = await segue.nextTracks({ listener: "ada" });
    assert.deepEqual([reply.answeredBy, reply.trackIds], ["scorer", ["b"]]);
    assert.equal(asked, 2 * round);
  }
});

test("where nobody answers in time, the caller's own tracks do, and say why", async (t) => {
  const silent = await serverThat(t, () => undefined);
  const fallbackTracks = ["a", "b", "c", "d"];
  const question = { listener: "ada", k: 2, excludeTracks: ["a"] };
  for (const [address, code, timeoutMs] of [
    [silent, "timed_out", 200],
    [NOBODY, "unreachable", PATIENCE_MS],
  ] as const) {
    const segue = client(t, { address, fallbackTracks, timeoutMs, attemptsMax: 2 });
    const list = await segue.nextTracks(question);
    assert.ok(list.answeredBy === "fallback");
    assert.deepEqual(list.trackIds, ["b", "c"]);
    assert.equal(list.failure.code, code);
  }
});

test("a wrong request fails with its field, whatever could stand in", async (t) => {
  const metadata = new Metadata();
  metadata.set("segue-field", "k");
  const address = await serverThat(t, (_, done) =>
    done({ code: status.INVALID_ARGUMENT, details: "k must be 1 to 500", metadata }),
  );
  const segue = client(t, { address, fallbackTracks: ["a"] });
  await assert.rejects(segue.nextTracks({ listener: "ada", k: 501 }), {
    code: "bad_request",
    field: "k",
  });
});

test("the token is asked for before each call, and sent", async (t) => {
  const seen: unknown[] = [];
  const address = await serverThat(t, ({ metadata }, done) => {
    seen.push(...metadata.get("authorization"));
    done(null, listOf("a"));
  });
  let count = 0;
  const segue = client(t, { address, token: () => `t${count++}` });
  await segue.nextTracks({ listener: "ada" });
  await segue.nextTracks({ listener: "ada" });
  assert.deepEqual(seen, ["Bearer t0", "Bearer t1"]);
});

test("reported events keep their ids through a server's failure, and arrive", async (t) => {
  const batches: string[][] = [];
  const address = await gatewayThat(t, (ids) => {
    batches.push(ids);
    return batches.length === 1 ? busy("5") : undefined;
  });
  const segue = client(t, { address });
  const ids = ["a", "b"].map((track) => segue.report({ listener: "ada", track, kind: "skipped" }));
  assert.equal(await segue.flush(PATIENCE_MS), true);
  assert.equal(new Set(ids).size, 2);
  assert.deepEqual(batches, [ids, ids]);
});

test("events that never arrived come back at the end, to be reported again", async (t) => {
  const segue = connectSegue({ address: NOBODY });
  const eventId = segue.report({ listener: "ada", track: "a", kind: "finished" });
  const [left] = await segue.close(20);
  assert.equal(left!.eventId, eventId);
  assert.ok(left!.happenedAtMs! > 0);
  await assert.rejects(segue.nextTracks({ listener: "ada" }), { code: "closed" });
  const events: string[] = [];
  const address = await gatewayThat(t, (ids) => void events.push(...ids));
  const again = client(t, { address });
  again.report(left!);
  assert.equal(await again.flush(PATIENCE_MS), true);
  assert.deepEqual(events, [eventId]);
});

test("a wrong option and a wrong event are named", (t) => {
  const address = NOBODY;
  const wrong: [SegueOptions, string][] = [
    [{ address: "" }, "address"],
    [{ address, timeoutMs: 0 }, "timeoutMs"],
    [{ address, attemptsMax: 6 }, "attemptsMax"],
    [{ address, hedgeAfterMs: 301 }, "hedgeAfterMs"],
    [{ address, hedgeAfterMs: 10, attemptsMax: 1 }, "hedgeAfterMs"],
    [{ address, events: { batchMax: 1.5 } }, "events.batchMax"],
  ];
  for (const [options, field] of wrong) {
    assert.throws(() => connectSegue(options), { code: "bad_request", field });
  }
  const segue = client(t, { address });
  const event = { listener: "ada", track: "a", kind: "skipped" } as const;
  const kind = "hummed" as "skipped";
  assert.throws(() => segue.report({ ...event, listener: "" }), { field: "listener" });
  assert.throws(() => segue.report({ ...event, kind }), { field: "kind" });
});

type Answer = (
  call: { readonly metadata: Metadata },
  done: (error: Partial<ServiceError> | null, reply?: NextTracksResponse) => void,
) => void;

function client(t: TestContext, options: SegueOptions): Segue {
  const segue = connectSegue({ timeoutMs: PATIENCE_MS, ...options });
  t.after(async () => void (await segue.close(0)));
  return segue;
}

/** A scorer of which `answer` is all there is; returns its HOST:PORT. */
function serverThat(t: TestContext, answer: Answer): Promise<string> {
  return listening(t, (server) =>
    server.addService(RecommenderService, { nextTracks: answer } as UntypedServiceImplementation),
  );
}

/** A gateway that refuses a stream of these event ids where `answer` has an error. */
function gatewayThat(
  t: TestContext,
  answer: (ids: string[]) => Partial<ServiceError> | undefined,
): Promise<string> {
  const publishStream = async (
    call: AsyncIterable<PublishStreamRequest>,
    done: (error: Partial<ServiceError> | null, reply?: unknown) => void,
  ) => {
    const ids: string[] = [];
    for await (const { event } of call) ids.push(event!.eventId);
    const error = answer(ids);
    if (error === undefined) done(null, { events: ids.length, positions: [] });
    else done(error);
  };
  return listening(t, (server) =>
    server.addService(EventGatewayService, { publishStream } as UntypedServiceImplementation),
  );
}

function listening(t: TestContext, prepare: (server: Server) => void): Promise<string> {
  const server = new Server();
  prepare(server);
  t.after(() => server.forceShutdown());
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(`127.0.0.1:${port}`) : reject(error),
    );
  });
}

function busy(pushbackMs: string): Partial<ServiceError> {
  const metadata = new Metadata();
  metadata.set("grpc-retry-pushback-ms", pushbackMs);
  return { code: status.RESOURCE_EXHAUSTED, details: "too many calls are under way", metadata };
}

function listOf(...tracks: string[]): NextTracksResponse {
  return NextTracksResponse.fromPartial({ tracks: tracks.map((track) => ({ track })) });
}
